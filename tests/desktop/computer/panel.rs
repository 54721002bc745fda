//! A panel with a tray, as the `StatusNotifierItem` specification describes it: it shows icons, reads their menus, and
//! clicks.

use std::collections::HashMap;

use tokio::sync::watch;
use zbus::message::Header;
use zbus::zvariant::{OwnedValue, Structure, Value};

use super::bus::Bus;
use super::until;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const MENU: &str = "com.canonical.dbusmenu";

/// The panel, until it is dropped.
pub(crate) struct Panel {
    connection: zbus::Connection,
    icons: watch::Receiver<Vec<String>>,
}

struct Watcher {
    icons: watch::Sender<Vec<String>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
#[expect(clippy::unused_self, clippy::needless_pass_by_value, reason = "the interface's shape")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some name their path, others their name.
        let name = if service.starts_with('/') { sender } else { service };
        self.icons.send_modify(|icons| icons.push(name));
    }

    fn register_status_notifier_host(&self, service: String) {
        drop(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.icons.borrow().clone()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// A menu on its way: its id, its properties, its lines.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// A line of an icon's menu.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    id: i32,
    pub(crate) label: String,
    pub(crate) enabled: bool,
    pub(crate) children: Vec<Line>,
}

impl Panel {
    /// A panel on this bus.
    pub(crate) async fn on(bus: &Bus) -> Self {
        let (sender, icons) = watch::channel(Vec::new());
        let connection = bus
            .connect()
            .serve_at(WATCHER_PATH, Watcher { icons: sender })
            .and_then(|builder| builder.name(WATCHER))
            .expect("the name is good")
            .build()
            .await
            .expect("the bus takes it");
        Self { connection, icons }
    }

    /// The panel ends, as when it is started anew.
    pub(crate) async fn end(self) {
        self.connection.close().await.expect("the connection can be closed");
    }

    /// The icon, once there is one.
    pub(crate) async fn icon(&self) -> Icon<'_> {
        let bus = zbus::fdo::DBusProxy::new(&self.connection).await.expect("the bus answers");
        let name = until("an icon in the tray", async || {
            let name = self.icons.borrow().last()?.clone();
            // Its program may have ended.
            let lives = bus.name_has_owner(name.as_str().try_into().ok()?).await.ok()?;
            lives.then_some(name)
        })
        .await;
        Icon { panel: self, name }
    }

    /// How many times an icon has come.
    pub(crate) fn icons_so_far(&self) -> usize {
        self.icons.borrow().len()
    }
}

/// The program's icon.
pub(crate) struct Icon<'panel> {
    panel: &'panel Panel,
    name: String,
}

impl Icon<'_> {
    async fn property<T: TryFrom<OwnedValue>>(&self, name: &str) -> T
    where
        T::Error: std::fmt::Debug,
    {
        let answer = self
            .panel
            .connection
            .call_method(
                Some(self.name.as_str()),
                "/StatusNotifierItem",
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &("org.kde.StatusNotifierItem", name),
            )
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let value: OwnedValue = answer.body().deserialize().expect("a property is a variant");
        T::try_from(value).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    pub(crate) async fn id(&self) -> String {
        self.property("Id").await
    }

    pub(crate) async fn title(&self) -> String {
        self.property("Title").await
    }

    /// What is shown while the pointer rests on it.
    pub(crate) async fn tooltip(&self) -> String {
        let tooltip: Structure<'static> =
            self.property::<OwnedValue>("ToolTip").await.try_into().expect("(sa(iiay)ss)");
        let texts: Vec<&str> = tooltip
            .fields()
            .iter()
            .filter_map(|field| if let Value::Str(text) = field { Some(text.as_str()) } else { None })
            .collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The picture, to compare.
    pub(crate) async fn picture(&self) -> String {
        let picture: OwnedValue = self.property("IconPixmap").await;
        format!("{picture:?}")
    }

    /// The whole menu.
    pub(crate) async fn menu(&self) -> Vec<Line> {
        let nothing: [&str; 0] = [];
        let answer = self
            .panel
            .connection
            .call_method(
                Some(self.name.as_str()),
                "/MenuBar",
                Some(MENU),
                "GetLayout",
                &(0, -1, &nothing[..]),
            )
            .await
            .expect("the menu can be read");
        let (_, root): (u32, Layout) = answer.body().deserialize().expect("the menu has its shape");
        root.2.into_iter().map(|child| line(&child)).collect()
    }

    /// All labels, those of submenus behind their own.
    pub(crate) async fn labels(&self) -> Vec<String> {
        fn gather(lines: &[Line], labels: &mut Vec<String>) {
            for line in lines {
                labels.push(line.label.clone());
                gather(&line.children, labels);
            }
        }
        let mut labels = Vec::new();
        gather(&self.menu().await, &mut labels);
        labels
    }

    /// Waits until the menu's first line, which says how things stand, begins like this; gives it.
    pub(crate) async fn says(&self, start: &str) -> String {
        until(&format!("the line {start:?} in the menu"), async || {
            let first = self.menu().await.into_iter().next()?;
            first.label.starts_with(start).then_some(first.label)
        })
        .await
    }

    /// Clicks the line whose label begins like this, once it is there.
    pub(crate) async fn choose(&self, label: &str) {
        until(&format!("the click on {label:?} in the menu"), async || {
            let menu = self.menu().await;
            let mut all = menu.iter().flat_map(|line| std::iter::once(line).chain(&line.children));
            let line = all.find(|line| line.enabled && line.label.starts_with(label))?;
            let event = (line.id, "clicked", Value::from(0_i32), 0_u32);
            // Refused where the menu has just been drawn anew: a click never meets another line than it was meant for.
            let clicked = self.panel.connection.call_method(
                Some(self.name.as_str()),
                "/MenuBar",
                Some(MENU),
                "Event",
                &event,
            );
            clicked.await.ok().map(drop)
        })
        .await;
    }

    /// A left click.
    pub(crate) async fn click(&self) {
        self.panel
            .connection
            .call_method(
                Some(self.name.as_str()),
                "/StatusNotifierItem",
                Some("org.kde.StatusNotifierItem"),
                "Activate",
                &(0_i32, 0_i32),
            )
            .await
            .expect("the icon can be clicked");
    }
}

fn line(value: &Value<'_>) -> Line {
    let value = if let Value::Value(inner) = value { inner } else { value };
    let Value::Structure(parts) = value else { panic!("a line of the menu is {value:?}") };
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = parts.fields() else {
        panic!("a line of the menu is {parts:?}")
    };
    let label = properties.get::<_, String>(&"label").ok().flatten().unwrap_or_default();
    let enabled = properties.get::<_, bool>(&"enabled").ok().flatten().unwrap_or(true);
    Line {
        id: *id,
        // Menus mark a key by an underscore; two are one in the text.
        label: label.replace("__", "_"),
        enabled,
        children: children.iter().map(line).collect(),
    }
}
