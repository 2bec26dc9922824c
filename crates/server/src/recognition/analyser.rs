//! The narrow door behind which images are looked at.

use anyhow::{Context, Result};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use vision::{Engine, Look, ModelId, Purpose, Setup};

/// Why an image was not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The analyser is gone for good: another one may do it.
    Lost,
    /// A net failed on this image; it would fail again.
    Broken,
}

/// Looks at images, one per free place at a time.
#[async_trait]
pub trait Analyser: Send + Sync + 'static {
    /// Looks at one image.
    async fn look(&self, image: Bytes, purpose: Purpose) -> Result<Look, Fault>;
}

/// The nets on threads of this process.
#[derive(Clone)]
pub struct LocalAnalyser(Arc<Engine>);

impl LocalAnalyser {
    /// Loads the nets of `setup`.
    ///
    /// # Errors
    /// When a model cannot be used.
    pub async fn load(setup: Setup) -> Result<Self> {
        let engine = tokio::task::spawn_blocking(move || Engine::of(&setup)).await?;
        Ok(Self(Arc::new(
            engine.context("recognition cannot be loaded")?,
        )))
    }

    /// Which model makes its templates.
    pub fn model(&self) -> ModelId {
        self.0.embedder().model()
    }
}

#[async_trait]
impl Analyser for LocalAnalyser {
    async fn look(&self, image: Bytes, purpose: Purpose) -> Result<Look, Fault> {
        let engine = self.0.clone();
        let looked = tokio::task::spawn_blocking(move || engine.look(&image, purpose)).await;
        match looked {
            Ok(Ok(look)) => Ok(look),
            Ok(Err(error)) => {
                tracing::error!(%error, "an image could not be looked at");
                Err(Fault::Broken)
            }
            Err(error) => {
                tracing::error!(%error, "recognition broke down");
                Err(Fault::Broken)
            }
        }
    }
}
