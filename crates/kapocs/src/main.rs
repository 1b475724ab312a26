//! `kapocs`: the command line.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use kapocs::{
    Config, backup,
    config::LogFormat,
    demo, doctor, lab, relocation,
    setup::{Asked, setup},
};
use kernel::{Clock, Error, Locale, Result};
use store::Options;
use tracing_subscriber::EnvFilter;

#[derive(Parser)]
#[command(name = "kapocs", version, about = "The open-source system of engagement")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Where things are kept; given on the command line these win over file and environment.
#[derive(Args, Clone)]
struct Place {
    /// The data folder.
    #[arg(long)]
    data: Option<PathBuf>,
    /// PostgreSQL instead of the SQLite file in the data folder.
    #[arg(long)]
    database: Option<String>,
    /// A TOML file with the configuration.
    #[arg(long)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    Serve {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Makes a workspace with its administrator. A second run changes nothing.
    Setup {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        workspace: String,
        #[arg(long)]
        admin: String,
        #[arg(long)]
        password_file: PathBuf,
        #[arg(long, default_value = "hu")]
        locale: String,
        #[arg(long, default_value = "Europe/Budapest")]
        time_zone: String,
        /// Prints one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes everything into one file, while the server runs.
    Backup {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Brings a backup back into an empty place.
    Restore {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Moves from the SQLite file of the data folder to the empty PostgreSQL database given by `--database`.
    /// The server must be stopped; the file stays as it is.
    Move {
        #[command(flatten)]
        place: Place,
    },
    /// Looks whether everything is well.
    Doctor {
        #[command(flatten)]
        place: Place,
    },
    /// Runs the server with the demo workspace.
    Demo {
        #[command(flatten)]
        place: Place,
        #[arg(long)]
        listen: Option<SocketAddr>,
    },
    /// Measures what Kapocs works out by itself, on any labelled file.
    Lab {
        #[command(subcommand)]
        lab: lab::Lab,
    },
    /// Prints the description of the API.
    Openapi,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.map_err(Error::internal).and_then(|runtime| runtime.block_on(run(cli.command)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kapocs: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve { place, listen } => serve(configure(&place, listen)?).await,
        Command::Setup { place, workspace, admin, password_file, locale, time_zone, json } => {
            let password = std::fs::read_to_string(&password_file).map_err(Error::internal)?;
            let asked = Asked {
                workspace,
                admin,
                password: password.trim_end_matches(['\r', '\n']).to_owned(),
                locale: Locale::from_tag(&locale).unwrap_or_default(),
                time_zone,
            };
            let config = configure(&place, None)?;
            print_setup(&setup(&options(&config), &asked).await?, json)
        }
        Command::Backup { file, place } => backup::backup(&configure(&place, None)?, &file).await,
        Command::Restore { file, place } => backup::restore(&configure(&place, None)?, &file).await,
        Command::Move { place } => relocation::to_postgres(&configure(&place, None)?).await,
        Command::Doctor { place } => doctor::doctor(&configure(&place, None)?).await,
        Command::Demo { place, listen } => {
            let config = configure(&place, listen)?;
            start_logging(&config);
            let running = demo::start(&config).await?;
            until_stopped(running).await
        }
        Command::Lab { lab } => lab::run(&lab),
        Command::Openapi => {
            let text = kapocs::openapi_document().to_pretty_json().map_err(Error::internal)?;
            println!("{text}");
            Ok(())
        }
    }
}

fn configure(place: &Place, listen: Option<SocketAddr>) -> Result<Config> {
    let mut config = Config::load(place.config.as_deref(), std::env::vars()).map_err(Error::internal)?;
    if let Some(data) = &place.data {
        config.data = data.clone();
    }
    if let Some(database) = &place.database {
        config.database = Some(database.clone());
    }
    config.listen = listen.unwrap_or(config.listen);
    Ok(config)
}

fn options(config: &Config) -> Options {
    Options { data: config.data.clone(), database: config.database.clone() }
}

fn start_logging(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_default();
    // Talkative libraries print what is nobody's: the wire with its passwords, the parameters of statements.
    let quiet = ["async_imap=warn", "tokio_postgres=info", "postgres=info"];
    let filter = quiet.iter().filter_map(|text| text.parse().ok()).fold(filter, EnvFilter::add_directive);
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}

async fn serve(config: Config) -> Result<()> {
    start_logging(&config);
    let running = kapocs::start(&config, Clock::System).await?;
    let url = &running.app.edge.external_url;
    println!("Kapocs listens at {url}");
    if let Some(token) = &running.setup_token {
        println!("There is no workspace yet. Set it up at {url}/setup?token={token}");
    }
    until_stopped(running).await
}

async fn until_stopped(running: kapocs::Running) -> Result<()> {
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(Error::internal)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

fn print_setup(made: &kapocs::setup::Made, json: bool) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string(made).map_err(Error::internal)?);
    } else if made.created {
        println!("Workspace {} made. Sign in as {}.", made.workspace_id, made.admin_email);
        println!("API key (shown once): {}", made.api_key.as_deref().unwrap_or_default());
        println!(
            "Write key of the collection (shown once): {}",
            made.write_key.as_deref().unwrap_or_default()
        );
    }
    if !made.created {
        eprintln!(
            "Nothing changed: workspace {} is already here; its keys are not shown again.",
            made.workspace_id
        );
    }
    Ok(())
}
