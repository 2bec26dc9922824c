//! Putting the rooms together, and taking them apart in the right order.

use crate::cameras::LiveCameras;
use crate::card_files::Cards;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::directory;
use crate::founding;
use crate::house::{self, Reported};
use crate::http::ca::Authority;
use crate::http::{health, pages, serve};
use crate::integrity::{self, LogIntegrity};
use crate::pipeline::{self, compare::Comparer};
use crate::recognition::{Recogniser, RecognitionPort};
use crate::site::{Site, signing_seed};
use crate::{outage, watchdog};
use anyhow::{Context, Result};
use api::ports::Clock;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use devices::classic::{ClassicListener, Switchboard, upload_router};
use devices::native::{Gateway, device_router};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::Arc;
use std::time::Duration;
use storage::{PictureFiles, SqliteStore};
use store::Store;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long a stop waits for edges, and for the pipeline, before it goes on without them.
const PATIENCE: Duration = Duration::from_secs(10);

/// A site that runs.
pub struct Running {
    /// Where a person finds the pages.
    pub address: String,
    /// One-time link for the first administrator, while there is none.
    pub first_link: Option<String>,
    /// The database, for the demo.
    pub store: Arc<dyn Store>,
    /// Card files, for the command line and the demo.
    pub cards: Arc<Cards>,
    /// Recognition, for the demo.
    pub recogniser: Arc<Recogniser>,
    engine: SqliteStore,
    stop: CancellationToken,
    /// Everything that reports to the site; ends first.
    edges: JoinSet<Result<()>>,
    /// The pipeline; ends when the edges are gone.
    pipeline: JoinSet<()>,
    /// Ends the pipeline once nothing more is delivered.
    closing: CancellationToken,
    /// What looks after the log; ends last.
    keepers: JoinSet<()>,
    last: CancellationToken,
}

/// What the parts share while they are put together.
struct Parts {
    config: Config,
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recogniser: Arc<Recogniser>,
    house: devices::House,
    stop: CancellationToken,
}

impl Running {
    /// Opens the site and starts everything; returns when all ports are bound.
    ///
    /// # Errors
    /// When the site cannot be opened, a port is in use, or recognition cannot be loaded.
    pub async fn start(config: Config) -> Result<Self> {
        let web = serve::bind("pages and API (http.listen)", config.http.listen)?;
        let site = Site::open(&config.data_dir).await?;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let first = founding::found(&*store, SystemClock.now()).await?;
        outage::report(&*store, SystemClock.now()).await?;
        let recogniser = Arc::new(Recogniser::load(store.clone(), config.vision.threads).await?);
        let [stop, closing, last] = std::array::from_fn(|_| CancellationToken::new());

        let (house, deliveries, reported) = house::open(&store, &pictures).await?;
        let (mut keepers, verifier) = keep(&site, &store, reported, &last).await?;
        let comparer = Comparer::new(pictures.clone(), recogniser.clone());
        let pipeline = pipeline::start(&store, comparer, deliveries, &closing).await?;

        let parts = Parts {
            config,
            store: store.clone(),
            pictures,
            recogniser,
            house,
            stop,
        };
        let cards = Arc::new(Cards::new(
            &parts.store,
            &parts.pictures,
            &parts.recogniser,
            &parts.house,
        ));
        let mut edges = JoinSet::new();
        parts.listen(&mut edges).await?;
        let integrity = Arc::new(LogIntegrity::new(store.clone(), verifier));
        keepers.spawn(integrity::verify_daily(integrity.clone(), last.clone()));
        parts
            .serve(web, &site, integrity, cards.clone(), &mut edges)
            .await?;
        let address = parts.config.address();
        Ok(Self {
            first_link: first.map(|path| format!("{address}{path}")),
            address,
            store,
            cards,
            recogniser: parts.recogniser,
            engine: site.store,
            stop: parts.stop,
            edges,
            pipeline,
            keepers,
            closing,
            last,
        })
    }

    /// Stops the edges, lets the pipeline finish what was delivered, signs a last checkpoint and
    /// closes the database.
    ///
    /// # Errors
    /// When an edge failed or the database does not close.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        let mut ended = timeout(PATIENCE, all_of(&mut self.edges)).await;
        // Whoever still waits for a store that takes nothing is turned away now.
        self.closing.cancel();
        if ended.is_err() {
            ended = timeout(PATIENCE, all_of(&mut self.edges)).await;
        }
        drop(self.cards);
        let emptied = async { while self.pipeline.join_next().await.is_some() {} };
        if timeout(PATIENCE, emptied).await.is_err() {
            tracing::warn!("the store takes nothing: the next start settles what was committed");
            self.pipeline.shutdown().await;
        }
        self.last.cancel();
        while self.keepers.join_next().await.is_some() {}
        drop(self.store);
        self.engine.close().await?;
        ended.unwrap_or(Ok(()))
    }
}

/// Waits until all edges have ended; the first that failed.
async fn all_of(edges: &mut JoinSet<Result<()>>) -> Result<()> {
    let mut ended = Ok(());
    while let Some(edge) = edges.join_next().await {
        let edge = edge.context("a part of Gatebook broke down");
        ended = ended.and(edge.and_then(|edge| edge));
    }
    ended
}

/// Starts what looks after the log until `last`; with it, what verifies the log.
async fn keep(
    site: &Site,
    store: &Arc<dyn Store>,
    reported: Reported,
    last: &CancellationToken,
) -> Result<(JoinSet<()>, ledger::Verifier)> {
    let Reported {
        incidents,
        heard,
        directory,
    } = reported;
    let signed = store.latest_checkpoint().await?.is_some();
    let seed = signing_seed(&site.keys, signed)?;
    let signer = integrity::open_signer(&seed, &integrity::origin(&**store).await?)?;
    let verifier = ledger::Verifier::new(signer.vkey())?;
    let mut keepers = JoinSet::new();
    keepers.spawn(site.sweep(last.clone()));
    keepers.spawn(watchdog::keep_incidents(
        store.clone(),
        incidents,
        last.clone(),
    ));
    keepers.spawn(watchdog::watch(store.clone(), heard, last.clone()));
    keepers.spawn(directory::follow(store.clone(), directory, last.clone()));
    keepers.spawn(integrity::sign_checkpoints(
        store.clone(),
        signer,
        last.clone(),
    ));
    Ok((keepers, verifier))
}

impl Parts {
    /// Starts the listeners for devices that are configured.
    async fn listen(&self, edges: &mut JoinSet<Result<()>>) -> Result<()> {
        if let Some(address) = self.config.mqtt.listen {
            serve::free("MQTT gateway (mqtt.listen)", address)?;
            let gateway = Gateway::bind(address, self.house.clone()).await?;
            let stop = self.stop.clone();
            edges.spawn(async move {
                gateway.run(stop).await;
                Ok(())
            });
        }
        let switchboard = Switchboard::new();
        if let Some(address) = self.config.classic.mqtt {
            serve::free("classic MQTT (classic.mqtt)", address)?;
            let listener =
                ClassicListener::bind(address, self.house.clone(), switchboard.clone()).await?;
            let stop = self.stop.clone();
            edges.spawn(async move {
                listener.run(stop).await;
                Ok(())
            });
        }
        if let Some(address) = self.config.classic.http {
            let port = serve::bind("classic upload (classic.http)", address)?;
            let router = upload_router(self.house.clone(), switchboard);
            edges.spawn(serve::serve(port, router, None, self.stop.clone()));
        }
        Ok(())
    }

    /// Starts pages and API.
    async fn serve(
        &self,
        port: std::net::TcpListener,
        site: &Site,
        integrity: Arc<LogIntegrity>,
        cards: Arc<Cards>,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<()> {
        let (tls, certificate) = if self.config.https() {
            let authority = Authority::open(&site.keys)?;
            let certificate = authority.certificate_pem.clone();
            (
                Some(serve::local_tls(&self.config, authority).await?),
                Some(certificate),
            )
        } else {
            (None, None)
        };
        let house = api::House {
            store: self.store.clone(),
            pictures: self.pictures.clone(),
            recognition: Arc::new(RecognitionPort(self.recogniser.clone())),
            cameras: Arc::new(LiveCameras::new(
                &self.recogniser,
                &self.pictures,
                &self.house,
            )),
            cards,
            integrity,
            clock: Arc::new(SystemClock),
            config: Arc::new(self.api_config()),
        };
        let metrics = PrometheusBuilder::new().install_recorder()?;
        let health = health::Health {
            store: self.store.clone(),
            metrics,
        };
        let mut rest = device_router(self.house.clone()).merge(health::router(health));
        if let Some(pem) = certificate {
            rest = rest.merge(offered(pem));
        }
        let router = api::mounted(house, rest.fallback(pages::serve));
        edges.spawn(serve::serve(port, router, tls, self.stop.clone()));
        Ok(())
    }

    fn api_config(&self) -> api::ApiConfig {
        let http = &self.config.http;
        let public_https = http
            .public_url
            .as_ref()
            .is_some_and(|url| url.starts_with("https:"));
        api::ApiConfig {
            secure_cookies: self.config.https() || public_https,
            public_origin: http.public_url.clone(),
            trusted_proxies: http.trusted_proxies.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}

/// The authority's certificate, for installing on the machines that open the page.
fn offered(pem: String) -> Router {
    let kind = [(CONTENT_TYPE, "application/x-x509-ca-cert")];
    Router::new().route("/gatebook-ca.crt", get(async move || (kind, pem.clone())))
}
