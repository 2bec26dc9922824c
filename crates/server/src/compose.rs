//! Putting the rooms together, and taking them apart in the right order.

use crate::cameras::LiveCameras;
use crate::card_files::Cards;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::database::Database;
use crate::fingers::{Desk, FingersPort, Sensors};
use crate::house::{self, Reported};
use crate::http::carry::Carrier;
use crate::http::serve::Limits;
use crate::http::{certificates, health, pages, peer, serve};
use crate::integrity::{self, LogIntegrity, Signing};
use crate::network_cameras::NetworkCameras;
use crate::outage::Pulse;
use crate::pipeline::{self, compare::Comparer};
use crate::recognition::{Recogniser, RecognitionPort};
use crate::site::Site;
use crate::strangers::StrangerBook;
use crate::{broker, directory, founding, links, models, outage, parts, watchdog};
use anyhow::{Context, Result};
use api::ports::Clock;
use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use devices::broker::Subscriber;
use devices::classic::{ClassicListener, Switchboard, upload_router};
use devices::native::{Gateway, device_router, finger_router};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::Arc;
use std::time::Duration;
use storage::{PictureFiles, SqlStore};
use store::Store;
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;
use vision::TrackerSettings;

/// How long a stop waits for edges, and for the pipeline, before it goes on without them.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to pages and API open at once; a process has 1,024 file handles where nobody gave more.
const CONNECTIONS: usize = 512;

/// Connections open at once to a port that only a few boards or a metrics collector call.
const FEW_CONNECTIONS: usize = 64;

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
    /// Where fingers are compared and kept, for the command line.
    pub desk: Desk,
    engine: SqlStore,
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

/// Where pages and API are served.
struct Web {
    port: std::net::TcpListener,
    /// What HTTPS is served with.
    tls: Option<RustlsConfig>,
    /// The certificate of the site's own authority, to be offered.
    certificate: Option<String>,
}

/// What the parts share while they are put together.
struct Parts {
    config: Config,
    store: Arc<dyn Store>,
    pictures: Arc<PictureFiles>,
    recogniser: Arc<Recogniser>,
    house: devices::House,
    desk: Desk,
    /// The site's own broker, where there is one.
    broker: Option<parts::Broker>,
    stop: CancellationToken,
}

impl Running {
    /// Opens the site and starts everything; returns when all ports are bound.
    ///
    /// # Errors
    /// When the site cannot be opened, a port is in use, or recognition cannot be loaded.
    pub async fn start(config: Config) -> Result<Self> {
        let web = serve::bind("pages and API (http.listen)", config.http.listen)?;
        let site = Site::open(&config.data_dir, &config.database).await?;
        let store: Arc<dyn Store> = Arc::new(site.store.clone());
        let pictures = Arc::new(site.pictures.clone());
        let first = founding::found(&*store, SystemClock.now()).await?;
        let pulse = Pulse::of(&config.data_dir);
        outage::report(&*store, pulse.last(), SystemClock.now()).await?;
        let recogniser = Recogniser::load(store.clone(), pictures.clone(), &config).await?;
        let recogniser = Arc::new(recogniser);
        let [stop, closing, last] = std::array::from_fn(|_| CancellationToken::new());
        let (house, deliveries, reported) = house::open(&store, &pictures).await?;
        let (mut keepers, integrity) = keep(&site, &store, reported, &last).await?;
        keepers.spawn(pulse.beat(last.clone()));
        let comparer = Comparer::new(pictures.clone(), recogniser.clone());
        let (desk, reads) = Desk::open(&store, &pictures, &house, &config.fingers).await?;
        let pipeline = pipeline::start(&store, comparer, deliveries, &reads, &closing).await?;

        let mut parts = Parts {
            config,
            store: store.clone(),
            pictures,
            recogniser,
            house,
            desk,
            broker: None,
            stop,
        };
        let cards = parts.cards(&site);
        let mut edges = JoinSet::new();
        let (tls, certificate) = certificates::of(&parts.config, &parts.stop).await?;
        parts.listen(tls.clone(), &mut edges).await?;
        let port = Web {
            port: web,
            tls: tls.filter(|_| parts.config.https()),
            certificate,
        };
        parts
            .serve(port, &site, integrity, cards.clone(), &mut edges)
            .await?;
        let address = parts.config.address();
        Ok(Self {
            first_link: first.map(|path| format!("{address}{path}")),
            address,
            store,
            cards,
            recogniser: parts.recogniser,
            desk: parts.desk,
            engine: site.store,
            stop: parts.stop,
            edges,
            pipeline,
            keepers,
            closing,
            last,
        })
    }

    /// Stops the edges, lets the desk hand in what failed and the pipeline finish what was delivered, signs a last
    /// checkpoint and closes the database.
    ///
    /// # Errors
    /// When an edge failed or the database does not close.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        let mut ended = timeout(PATIENCE, all_of(&mut self.edges)).await;
        // Fingers that failed and wait for their retry are recorded: nobody can press any more.
        if timeout(PATIENCE, self.desk.close()).await.is_err() {
            tracing::warn!("the store takes nothing: fingers that failed last may be missing");
        }
        // Whoever still waits for a store that takes nothing is turned away now.
        self.closing.cancel();
        if ended.is_err() {
            ended = timeout(PATIENCE, all_of(&mut self.edges)).await;
        }
        drop(self.cards);
        drop(self.desk);
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

/// Starts what looks after the log until `last`; with it, what signs and verifies the log.
async fn keep(
    site: &Site,
    store: &Arc<dyn Store>,
    reported: Reported,
    last: &CancellationToken,
) -> Result<(JoinSet<()>, Arc<LogIntegrity>)> {
    let Reported {
        incidents,
        heard,
        directory,
    } = reported;
    let signed = store.latest_checkpoint().await?.is_some();
    let signing = Signing::of(site, signed).await?;
    let integrity = Arc::new(LogIntegrity::new(store.clone(), signing));
    let mut keepers = JoinSet::new();
    keepers.spawn(site.sweep(Site::SWEPT_EVERY, last.clone()));
    keepers.spawn(watchdog::keep_incidents(
        store.clone(),
        incidents,
        last.clone(),
    ));
    keepers.spawn(watchdog::watch(store.clone(), heard, last.clone()));
    keepers.spawn(directory::follow(store.clone(), directory, last.clone()));
    keepers.spawn(integrity::sign_checkpoints(integrity.clone(), last.clone()));
    keepers.spawn(integrity::verify_daily(integrity.clone(), last.clone()));
    Ok((keepers, integrity))
}

impl Parts {
    /// Imports and exports.
    fn cards(&self, site: &Site) -> Arc<Cards> {
        Arc::new(Cards::new(
            &self.store,
            &self.pictures,
            &self.recogniser,
            &self.house,
            &site.incoming,
        ))
    }

    /// Starts the MQTT gateway on the ports that are configured.
    async fn listen_native(
        &self,
        tls: Option<RustlsConfig>,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<()> {
        let ports = &self.config.mqtt;
        let mut gateway = Gateway::new(self.house.clone()).await;
        if let Some(address) = ports.listen {
            serve::free("MQTT gateway (mqtt.listen)", address)?;
            gateway.listen(address)?;
        }
        if let (Some(address), Some(tls)) = (ports.tls_listen, tls) {
            let carrier = Carrier::bind(address, tls, gateway.listen_within()?)?;
            let stop = self.stop.clone();
            edges.spawn(async move {
                carrier.run(stop).await;
                Ok(())
            });
        }
        if ports.listen.or(ports.tls_listen).is_some() {
            let stop = self.stop.clone();
            edges.spawn(async move {
                gateway.run(stop).await;
                Ok(())
            });
        }
        Ok(())
    }

    /// Starts subscribing to the broker that is configured.
    fn subscribe(
        &self,
        switchboard: &Switchboard,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<Option<parts::Broker>> {
        let Some((dialler, settings)) = broker::configured(&self.config)? else {
            return Ok(None);
        };
        let name = settings.name.clone();
        let note = Arc::new(broker::Noted::of(&self.config.data_dir, &settings));
        let (house, switchboard) = (self.house.clone(), switchboard.clone());
        let subscriber = Subscriber::new(house, switchboard, settings, Arc::new(dialler), note);
        let state = subscriber.state();
        let stop = self.stop.clone();
        edges.spawn(async move {
            subscriber.run(stop).await;
            Ok(())
        });
        Ok(Some(parts::Broker { name, state }))
    }

    /// Starts the listeners for devices that are configured.
    async fn listen(
        &mut self,
        tls: Option<RustlsConfig>,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<()> {
        self.listen_native(tls, edges).await?;
        let switchboard = Switchboard::new();
        self.broker = self.subscribe(&switchboard, edges)?;
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
            let limits = Limits::of(FEW_CONNECTIONS);
            edges.spawn(serve::serve(port, router, None, limits, self.stop.clone()));
        }
        Ok(())
    }

    /// Starts pages and API.
    async fn serve(
        &self,
        web: Web,
        site: &Site,
        integrity: Arc<LogIntegrity>,
        cards: Arc<Cards>,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<()> {
        (self.config.vision).tell_no_cameras(&self.store.devices().await?);
        let (links, parts) = self.open_links(site, edges)?;
        let (live, network) = self.watch_cameras(edges)?;
        let fingers = self.watch_sensors(edges);
        let house = api::House {
            store: self.store.clone(),
            pictures: self.pictures.clone(),
            recognition: Arc::new(RecognitionPort(self.recogniser.clone())),
            fingers,
            cameras: live,
            network_cameras: network,
            cards,
            integrity: integrity.clone(),
            parts: parts.clone(),
            clock: Arc::new(SystemClock),
            config: Arc::new(self.api_config()),
        };
        let health = health::Health {
            store: self.store.clone(),
            integrity,
            parts,
            metrics: PrometheusBuilder::new().install_recorder()?,
        };
        self.tell_metrics(health.clone(), edges)?;
        let trusted = &self.config.http.trusted_proxies;
        let desk = Arc::new(self.desk.clone());
        let devices = device_router(self.house.clone());
        let devices = devices.merge(finger_router(self.house.clone(), desk));
        let devices = peer::behind(trusted, devices);
        let mut rest = devices.merge(health::public(health));
        if let Some(pem) = web.certificate {
            rest = rest.merge(certificates::offered(pem));
        }
        let rest = if self.config.http.pages {
            rest.fallback_service(pages::service())
        } else {
            rest.fallback(pages::elsewhere)
        };
        let router = api::mounted(house, rest);
        if let Some(links) = links {
            self.take_links(links, router.clone(), edges);
        }
        let limits = Limits::of(CONNECTIONS);
        let served = serve::serve(web.port, router, web.tls, limits, self.stop.clone());
        edges.spawn(served);
        Ok(())
    }

    /// Fingers: what the API asks for, and the sensors on this host.
    fn watch_sensors(&self, edges: &mut JoinSet<Result<()>>) -> Arc<FingersPort> {
        let rooms = (&self.store, &self.house, &self.desk);
        let configured = &self.config.fingers.sensors;
        let sensors = Sensors::start(configured, rooms, &self.stop, edges);
        Arc::new(FingersPort::new(self.desk.clone(), sensors))
    }

    /// Whatever cameras show, and those that Gatebook connects to by itself.
    fn watch_cameras(
        &self,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<(Arc<LiveCameras>, Arc<NetworkCameras>)> {
        let settings = TrackerSettings {
            rate: self.config.vision.rate()?,
            ..TrackerSettings::default()
        };
        let strangers = StrangerBook::new(&self.store, &self.pictures, &self.recogniser);
        edges.spawn(strangers.clone().watch(self.stop.clone()));
        let live = LiveCameras::new(
            &self.store,
            &self.recogniser,
            &self.pictures,
            &self.house,
            &strangers,
            settings,
        );
        let live = live.calling_rolls(&self.config.vision.roll_call);
        let live = Arc::new(live.looking_for_pictures(models::spoof_rule(&self.config)?));
        let guard = self.config.cameras.guard()?;
        let network = NetworkCameras::new(guard, self.config.cameras.discovery);
        let (store, stop) = (self.store.clone(), self.stop.clone());
        edges.spawn(network.clone().run(store, live.clone(), stop));
        Ok((live, network))
    }

    /// Opens the port for links, where one is configured, and shows which parts are there.
    fn open_links(
        &self,
        site: &Site,
        edges: &mut JoinSet<Result<()>>,
    ) -> Result<(Option<link::Listener>, api::ports::Parts)> {
        let shown = parts::Shown::new(Arc::from([]));
        let there = shown.subscribe();
        let listener = match self.config.link.listen {
            Some(address) => {
                let port = serve::bind("links (link.listen)", address)?;
                Some(link::Listener::start(port, &site.keys)?)
            }
            None => None,
        };
        let followed = parts::Followed {
            roster: listener.as_ref().map(link::Listener::roster),
            broker: self.broker.clone(),
            database: self.watch_database(edges)?,
        };
        if !followed.is_empty() {
            let following = parts::follow(followed, shown, self.store.clone(), self.stop.clone());
            edges.spawn(async move {
                following.await;
                Ok(())
            });
        }
        Ok((listener, there))
    }

    /// Begins to ask the database whether it answers, where it is on a server.
    fn watch_database(&self, edges: &mut JoinSet<Result<()>>) -> Result<Option<Database>> {
        if self.config.database.server()?.is_none() {
            return Ok(None);
        }
        let (database, asking) = Database::watched(self.store.clone(), self.stop.clone());
        edges.spawn(async move {
            asking.await;
            Ok(())
        });
        Ok(Some(database))
    }

    /// Serves edges with `router`, and lets workers look at images.
    fn take_links(
        &self,
        listener: link::Listener,
        router: Router,
        edges: &mut JoinSet<Result<()>>,
    ) {
        let recogniser = self.recogniser.clone();
        let taken = links::take(listener, router, recogniser, self.stop.clone());
        edges.spawn(async move { Ok(taken.await?) });
    }

    /// Starts the address of metrics, where one is configured.
    fn tell_metrics(&self, health: health::Health, edges: &mut JoinSet<Result<()>>) -> Result<()> {
        if let Some(address) = self.config.metrics.listen {
            let port = serve::bind("metrics (metrics.listen)", address)?;
            let limits = Limits::of(FEW_CONNECTIONS);
            let router = health::private(health);
            edges.spawn(serve::serve(port, router, None, limits, self.stop.clone()));
        }
        Ok(())
    }

    fn api_config(&self) -> api::ApiConfig {
        let http = &self.config.http;
        let public_https = http
            .public_url
            .as_ref()
            .is_some_and(|url| url.starts_with("https:"));
        api::ApiConfig {
            // Browsers come by an edge's HTTPS; on loopback they take such cookies too.
            secure_cookies: self.config.https()
                || public_https
                || self.config.link.listen.is_some(),
            public_origin: http.public_url.clone(),
            trusted_proxies: http.trusted_proxies.clone(),
            sessions: api::SessionLimits {
                idle_hours: self.config.session.idle_hours,
                longest_days: self.config.session.longest_days,
            },
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }
}
