//! The desktop: what it holds while nobody looks, how soon its windows are there, and that they leave nothing behind.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use crate::client::ask;
use crate::computer::program::{Desktop, Start};
use crate::computer::{CONSENT, Computer, MAIN, until};
use crate::load::milliseconds;
use crate::report::{self, Report};
use crate::start::{program_megabytes, resident_megabytes};
use crate::support::program::Home;

/// How long an idle program is watched.
const WATCHED: Duration = Duration::from_secs(10);
const STARTS: usize = 5;
/// The toolkit's own example program: what a window of this web engine costs anybody.
const MINI_BROWSER: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
];

pub(crate) async fn run(report: &mut Report) {
    idle(report).await;
    first_window(report).await;
    consent_window(report).await;
    report.at_most("the program's file", program_megabytes(), 25.0, " MB");
}

/// In the tray, without a window.
async fn idle(report: &mut Report) {
    report::title("The desktop in its tray, without a window");
    let home = Home::new();
    let baseline = {
        let server = home.serve().await;
        let resident = resident_megabytes(server.ready.pid).unwrap_or(0.0);
        server.kill().await;
        resident
    };
    let computer = Computer::new().await;
    let panel = crate::computer::panel::Panel::on(&computer.bus).await;
    // As at a person's login: what drives windows in tests would load the web engine.
    let alone = Start { in_tray: true, not_driven: true, ..Start::default() };
    // The first program of GTK on a display looks for what it can draw with and leaves it there for all others
    // (`GDK_VISUALS`); without a graphics card that loads a compiler of 44 MB. In a person's session the panel did it.
    let first = Desktop::start(&computer, &alone).await;
    panel.icon().await;
    first.stop().await;
    let desktop = Desktop::start(&computer, &alone).await;
    until("the icon of the second start", async || (panel.icons_so_far() > 1).then_some(())).await;
    desktop.origin().await;
    let before = processor_ticks(desktop.pid());
    // Nothing is waited for here: idling is what is measured.
    tokio::time::sleep(WATCHED).await;
    let ticks = processor_ticks(desktop.pid()) - before;
    let resident = resident_megabytes(desktop.pid()).unwrap_or(0.0);
    report::line(&format!(
        "`serve` of the same file: {baseline:.1} MB; the desktop is {:.2} times that",
        resident / baseline
    ));
    report.at_most("resident", resident, 65.0, " MB");
    report.at_most("processor ticks (10 ms) in ten seconds", ticks, 2.0, "");
    assert!(desktop.web_processes().is_empty(), "without a window there is no web engine");
}

/// From the start to the first window on the display.
async fn first_window(report: &mut Report) {
    report::title("The first window");
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let computer = Computer::new().await;
        let panel = crate::computer::panel::Panel::on(&computer.bus).await;
        let began = Instant::now();
        let desktop = Desktop::start(&computer, &Start { not_driven: true, ..Start::default() }).await;
        computer.display.wait_for(MAIN).await;
        times.push(began.elapsed());
        drop((desktop, panel));
    }
    let ours = median(&mut times);
    if let Some(theirs) = mini_browser().await {
        report::line(&format!(
            "an empty window of WebKit's own MiniBrowser: {:.0} ms; ours is {:.2} times that",
            milliseconds(theirs),
            ours.as_secs_f64() / theirs.as_secs_f64()
        ));
    }
    report.at_most("median time until it is mapped", milliseconds(ours), 600.0, " ms");
}

async fn mini_browser() -> Option<Duration> {
    let program = MINI_BROWSER.iter().find(|program| Path::new(program).exists())?;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let computer = Computer::new().await;
        let mut command = Command::new(program);
        computer.set_up(&mut command);
        command
            .args(["--private", "about:blank"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let began = Instant::now();
        let browser = command.spawn().ok()?;
        until("a window of MiniBrowser", async || (!computer.display.titles().is_empty()).then_some(()))
            .await;
        times.push(began.elapsed());
        drop(browser);
    }
    Some(median(&mut times))
}

/// From a local `/authorize` to the consent window, the web engine being warm; and what is left afterwards.
async fn consent_window(report: &mut Report) {
    report::title("The consent window");
    let computer = Computer::new().await;
    let _panel = crate::computer::panel::Panel::on(&computer.bus).await;
    let desktop = Desktop::start(&computer, &Start { not_driven: true, ..Start::default() }).await;
    let origin = desktop.origin().await;
    computer.display.wait_for(MAIN).await;
    until("the web process of the main window", async || (!desktop.web_processes().is_empty()).then_some(()))
        .await;
    let mut times = Vec::new();
    // Three windows may come up by themselves in ten minutes.
    for number in 0..3 {
        let began = Instant::now();
        let asking = ask(&origin, &format!("Client {number}")).await;
        computer.display.wait_for(CONSENT).await;
        times.push(began.elapsed());
        computer.home.run(["approvals", "deny", asking.id()]).await.expect_success();
        computer.display.wait_for_no(CONSENT).await;
    }
    report.at_most(
        "median time from registering and asking to the window",
        milliseconds(median(&mut times)),
        150.0,
        " ms",
    );
    computer.display.close(MAIN);
    let began = Instant::now();
    until("the end of the web processes", async || desktop.web_processes().is_empty().then_some(())).await;
    report::line(&format!("{:.0} ms after closing, the web process is gone", milliseconds(began.elapsed())));
    let resident = resident_megabytes(desktop.pid()).unwrap_or(0.0);
    report::line(&format!("resident with all windows closed: {resident:.1} MB"));
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// User and system time of a process, in the kernel's ticks (`man 5 proc`: fields 14 and 15 of `stat`).
fn processor_ticks(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_the_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = behind_the_name.split_whitespace().collect();
    [11, 12].iter().filter_map(|index| fields.get(*index)?.parse::<f64>().ok()).sum()
}
