//! How a request that came through the tunnel is proved to come from this computer: by a link, a nonce and a cookie.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tokio::process::Command;
use url::Url;

use crate::client::{Asking, ask, pending};
use crate::computer::program::{Desktop, Start};
use crate::computer::{CONSENT, Computer, MAIN, until};
use crate::support::browser::Arrived;
use crate::support::program::Ended;
use crate::support::sshd::{Sshd, free_port};
use crate::support::{reached, within};

/// The person's own browser, which writes down what it is to open.
struct DefaultBrowser {
    opened: PathBuf,
}

impl DefaultBrowser {
    /// Makes it the default, as a desktop environment does.
    fn of(computer: &Computer) -> Self {
        let home = computer.home.home();
        let opened = computer.home.file("opened");
        let program = computer.home.file("browser");
        std::fs::write(&program, format!("#!/bin/sh\necho \"$1\" >> {}\n", opened.display())).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let applications = home.join(".local/share/applications");
        std::fs::create_dir_all(&applications).unwrap();
        std::fs::create_dir_all(home.join(".config")).unwrap();
        let entry =
            format!("[Desktop Entry]\nType=Application\nName=Browser\nExec={} %u\n", program.display());
        std::fs::write(applications.join("browser.desktop"), entry).unwrap();
        let default = "[Default Applications]\nx-scheme-handler/https=browser.desktop\n";
        std::fs::write(home.join(".config/mimeapps.list"), default).unwrap();
        Self { opened }
    }

    fn all(&self) -> Vec<Url> {
        let text = std::fs::read_to_string(&self.opened).unwrap_or_default();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// The address that it was told to open, once it was.
    async fn opens(&self) -> Url {
        until("the browser to be opened", async || self.all().pop()).await
    }
}

/// A computer whose desktop was reached through the tunnel, and the request that waits.
async fn reached_from_afar(computer: &Computer) -> (Desktop, crate::computer::panel::Panel, Asking) {
    let port = computer.configure_ingress();
    let (desktop, panel) = computer.in_tray().await;
    let asking = ask(&desktop.public_origin(port).await, "Web app").await;
    desktop.logs(&["waits quietly", asking.id(), "FromInternet"]).await;
    (desktop, panel, asking)
}

/// The same through a real SSH host, which is turned on as the program starts; the host and the port that it forwards.
async fn reached_through_a_host(computer: &Computer) -> (Desktop, crate::computer::panel::Panel, Sshd, u16) {
    let sshd = Sshd::start("");
    let port = free_port();
    let tunnel = reached::settings(&sshd, ("127.0.0.1", sshd.port), port, "start = true");
    computer.configure(&format!("public_url = \"https://localhost:{port}\"\n{tunnel}"));
    reached::make_known(&computer.home.data(), &sshd, sshd.port);
    let (desktop, panel) = computer.in_tray().await;
    until("the tunnel to be up", async || {
        (computer.home.json(["tunnel", "status", "--json"]).await["state"] == "up").then_some(())
    })
    .await;
    (desktop, panel, sshd, port)
}

fn link(request: &str) -> String {
    format!("ambient-insights://approve?request={request}")
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_browser_that_asks_proves_this_computer_and_needs_no_code() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let (desktop, _panel, mut asking) = reached_from_afar(&computer).await;
    assert!(asking.page.contains(&link(asking.id())), "{}", asking.page);
    computer.run([link(asking.id())]).await.expect_success();
    let address = browser.opens().await;
    assert_eq!(computer.display.titles(), [""; 0], "the link alone opens nothing");

    let (_, page) = asking.browser.open(&address).await.page();
    assert_eq!(page.status, 200, "{}", page.text());
    desktop.shows(asking.id()).await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("Web app asks for access").await;
    assert!(!windows.has("textbox", "code").await, "no code has to be typed");
    windows.picture("consent-proved").await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    asking.tokens().await;
    assert_eq!(browser.all().len(), 1);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn through_a_real_tunnel_nothing_comes_up_until_this_computer_is_proved_or_the_code_is_typed() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let (desktop, panel, _sshd, port) = reached_through_a_host(&computer).await;
    let public = desktop.public_origin(port).await;

    let mut near = ask(&public, "Web app").await;
    desktop.logs(&["waits quietly", near.id(), "FromInternet"]).await;
    let mut far = ask(&public, "Far away").await;
    desktop.logs(&["waits quietly", far.id(), "FromInternet"]).await;
    assert_eq!(computer.display.titles(), [""; 0], "nobody from outside opens a window");

    // The link, the nonce and the cookie: this computer, and no code.
    computer.run([link(near.id())]).await.expect_success();
    let address = browser.opens().await;
    assert_eq!((address.port(), computer.display.titles().len()), (Some(port), 0), "by its public address");
    near.browser.open(&address).await.page();
    desktop.shows(near.id()).await;
    computer.display.wait_for(CONSENT).await;
    let windows = desktop.drive().await;
    windows.consent().await;
    windows.says("Web app asks for access").await;
    assert!(!windows.has("textbox", "code").await, "no code has to be typed");
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    near.tokens().await;

    // The other one is opened by the owner, who has to type what its page shows.
    panel.icon().await.choose("Far away asks for access").await;
    computer.display.wait_for(CONSENT).await;
    windows.consent().await;
    windows.says("The internet").await;
    windows.type_into("Type the code that the page in your browser shows", &far.wrong_code()).await;
    windows.approve().await;
    windows.says("2 tries are left").await;
    far.expect_waiting().await;
    windows.type_into("Type the code that the page in your browser shows", &far.code()).await;
    windows.approve().await;
    computer.display.wait_for_no(CONSENT).await;
    far.tokens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_browser_without_the_cookie_proves_nothing_and_uses_the_nonce_up() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let (desktop, _panel, mut asking) = reached_from_afar(&computer).await;
    // Somebody else asks from elsewhere, and sends the owner the link of his page.
    computer.run([link(asking.id())]).await.expect_success();
    let address = browser.opens().await;
    let origin = desktop.public_origin(address.port().unwrap()).await;
    let Arrived::Page { answer, .. } = origin.browser().open(&address).await else { panic!("sent away") };
    assert_eq!(answer.status, 403, "{}", answer.text());

    // Nor does the right browser prove it with a nonce that was used.
    let arrived = asking.browser.open(&address).await;
    assert!(matches!(arrived, Arrived::Page { .. }), "{arrived:?}");
    asking.expect_waiting().await;
    let second = ask(&desktop.origin().await, "Here").await;
    desktop.shows(second.id()).await;
    assert_eq!(desktop.log().matches("the consent window shows").count(), 1);
    assert!(asking.page.contains("class=\"typed\""), "its code can still be typed");
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn links_that_are_nonsense_open_nothing_and_do_no_harm() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let (mut desktop, _panel, asking) = reached_from_afar(&computer).await;
    let id = asking.id();
    let unknown = "01995d2e-8f3a-7c41-9d20-5b6f0e1c2a00";
    let links = [
        "ambient-insights:".to_owned(),
        "ambient-insights://".to_owned(),
        "ambient-insights:///".to_owned(),
        format!("ambient-insights:approve?request={id}"),
        format!("ambient-insights://deny?request={id}"),
        format!("ambient-insights://evil.example/approve?request={id}"),
        format!("ambient-insights://approve?request={id}&request={id}"),
        format!("ambient-insights://approve?request={id}#x"),
        format!("ambient-insights://approve?request={id}/../../settings"),
        "ambient-insights://approve?request=".to_owned(),
        "ambient-insights://approve?request=1 OR 1=1".to_owned(),
        "ambient-insights://approve?request=%00%0a%0d".to_owned(),
        "ambient-insights://approve?request=\u{202e}\u{0}".replace('\0', "%00"),
        format!("ambient-insights://approve?request={}", "9".repeat(10_000)),
        "ambient-insights://--data-dir=/tmp".to_owned(),
    ];
    for nonsense in links {
        let ended = computer.run([&nonsense]).await;
        assert_eq!(ended.code, 1, "{nonsense}: {ended:?}");
        assert!(!ended.stderr.contains("9999"), "the link is a stranger's word: {}", ended.stderr);
    }
    // Of the right shape, but about nothing that waits: it is taken, and nothing comes of it.
    computer.run([link(unknown)]).await.expect_success();
    desktop.logs(&["a link was not followed"]).await;
    assert!(desktop.lives());
    assert_eq!(browser.all(), []);
    assert_eq!(computer.display.titles(), [""; 0]);
    assert_eq!(pending(&computer.home).await, [id]);
    // Browsers may write the scheme as they like.
    computer.run([format!("AMBIENT-INSIGHTS://approve/?request={id}")]).await.expect_success();
    browser.opens().await;
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn a_nonsense_link_that_starts_the_program_starts_it_and_nothing_more() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let panel = crate::computer::panel::Panel::on(&computer.bus).await;
    let nonsense = Start { link: Some("ambient-insights://deny?request=all".to_owned()), ..Start::default() };
    let desktop = Desktop::start(&computer, &nonsense).await;
    desktop.logs(&["a link that started the program was not followed"]).await;
    panel.icon().await.says("Running").await;
    assert_eq!(computer.display.count(CONSENT), 0);
    assert_eq!(browser.all(), []);
}

#[tokio::test]
#[ignore = "needs a virtual display and WebKit's driver: cargo xtask test --all"]
async fn the_system_hands_links_to_the_running_program() {
    let computer = Computer::new().await;
    let browser = DefaultBrowser::of(&computer);
    let (mut desktop, _panel, asking) = reached_from_afar(&computer).await;
    let applications = computer.home.home().join(".local/share/applications");
    let entry = std::fs::read_to_string(applications.join("ambient-insights-link.desktop")).unwrap();
    assert!(entry.lines().any(|line| line.starts_with("Exec=") && line.ends_with(" %u")), "{entry}");
    assert!(entry.contains(&computer.home.data().display().to_string()), "{entry}");
    let known = computer.home.home().join(".config/mimeapps.list");
    until("the scheme to be registered", async || {
        let list = std::fs::read_to_string(&known).unwrap_or_default();
        list.contains("x-scheme-handler/ambient-insights=ambient-insights-link.desktop").then_some(())
    })
    .await;
    let list = std::fs::read_to_string(&known).unwrap();
    assert!(list.contains("x-scheme-handler/https=browser.desktop"), "what was set stays: {list}");

    let mut xdg_open = Command::new("xdg-open");
    computer.set_up(&mut xdg_open);
    let ended = within("xdg-open", xdg_open.arg(link(asking.id())).output()).await.unwrap();
    assert_eq!(ended.status.code(), Some(0), "{:?}", Ended::from(ended));
    let address = browser.opens().await;
    assert!(address.path().ends_with(asking.id()), "{address}");
    assert!(desktop.lives());
    assert!(!computer.display.titles().contains(&MAIN.to_owned()), "no second instance, no window");
}
