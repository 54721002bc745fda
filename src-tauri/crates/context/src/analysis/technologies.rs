//! Technologies and other tools: how they are written, the name they get, and when speaking of one is a sign of
//! interest in it.

use std::ops::Range;
use std::sync::LazyLock;

use super::clauses::clause_start;
use super::tokens::{Sentence, WordMap, word_list};
use super::told::{ItemDraft, Told};
use super::{Polarity, RuleId};
use crate::state::ItemKind;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    /// Speaking of one's own work with it is a sign of interest.
    Technology,
    /// An everyday word too: it counts where the sentence shows that the technology is meant.
    Ambiguous,
    /// A program or device: mentioned, and no interest by itself.
    Tool,
}

/// One name: `spelling=Name`, or the spelling alone if it is the name in lower case.
const TECHNOLOGIES: &str = "machine_learning=machine learning;deep_learning=deep learning;data_science=data science;\
    raspberry_pi=Raspberry Pi;github_actions=GitHub Actions;google_cloud=Google Cloud;apache_kafka=Apache Kafka;\
    kafka=Apache Kafka;apache_spark=Apache Spark;spring_boot=Spring Boot;scikit-learn=scikit-learn;\
    ruby_on_rails=Ruby on Rails;react_native=React Native;tensorflow=TensorFlow;javascript=JavaScript;\
    typescript=TypeScript;kubernetes=Kubernetes;k8s=Kubernetes;postgresql=PostgreSQL;postgres=PostgreSQL;\
    webassembly=WebAssembly;wasm=WebAssembly;terraform=Terraform;mongodb=MongoDB;graphql=GraphQL;fastapi=FastAPI;\
    pytorch=PyTorch;next.js=Next.js;nextjs=Next.js;node.js=Node.js;nodejs=Node.js;vue.js=Vue.js;vuejs=Vue.js;\
    angular=Angular;svelte=Svelte;sveltekit=SvelteKit;tailwind=Tailwind;ansible=Ansible;arduino=Arduino;\
    haskell=Haskell;clojure=Clojure;erlang=Erlang;golang=Go;kotlin=Kotlin;django=Django;docker=Docker;python=Python;\
    sqlite=SQLite;opencv=OpenCV;mysql=MySQL;mariadb=MariaDB;numpy=NumPy;redis=Redis;scala=Scala;azure=Azure;\
    linux=Linux;c++=C++;c#=C#;aws=AWS;sql=SQL;home_assistant=Home Assistant;esp32=ESP32;nixos=NixOS;laravel=Laravel;\
    php=PHP;elasticsearch=Elasticsearch;latex=LaTeX;zig=Zig;ocaml=OCaml;fortran=Fortran;matlab=MATLAB;tauri=Tauri;\
    flutter=Flutter;godot=Godot;css=CSS;html=HTML;jenkins=Jenkins;helm=Helm;nginx=nginx;rails=Ruby on Rails";

const AMBIGUOUS: &str = "elixir=Elixir;pandas=pandas;flask=Flask;react=React;swift=Swift;java=Java;ruby=Ruby;rust=Rust;\
    vue=Vue.js;julia=Julia;dart=Dart;spark=Apache Spark;rails=Ruby on Rails;helm=Helm;flutter=Flutter;unity=Unity;go=Go";

const TOOLS: &str = "git=Git;github=GitHub;gitlab=GitLab;vim=Vim;neovim=Neovim;nvim=Neovim;emacs=Emacs;vs_code=VS Code;\
    vscode=VS Code;intellij=IntelliJ;pycharm=PyCharm;xcode=Xcode;android_studio=Android Studio;figma=Figma;\
    blender=Blender;photoshop=Photoshop;lightroom=Lightroom;illustrator=Illustrator;indesign=InDesign;gimp=GIMP;\
    inkscape=Inkscape;excel=Excel;google_sheets=Google Sheets;powerpoint=PowerPoint;outlook=Outlook;gmail=Gmail;\
    notion=Notion;obsidian=Obsidian;evernote=Evernote;slack=Slack;discord=Discord;jira=Jira;confluence=Confluence;\
    trello=Trello;asana=Asana;todoist=Todoist;wordpress=WordPress;shopify=Shopify;stripe=Stripe;zapier=Zapier;\
    strava=Strava;garmin=Garmin;duolingo=Duolingo;anki=Anki;spotify=Spotify;netflix=Netflix;youtube=YouTube;\
    whatsapp=WhatsApp;chatgpt=ChatGPT;copilot=Copilot;firefox=Firefox;chrome=Chrome;macos=macOS;ubuntu=Ubuntu;\
    debian=Debian;fedora=Fedora;android=Android;iphone=iPhone;ipad=iPad;macbook=MacBook;kindle=Kindle;\
    grafana=Grafana;prometheus=Prometheus;tailscale=Tailscale;cloudflare=Cloudflare;pihole=Pi-hole;pi-hole=Pi-hole;\
    ableton=Ableton;garageband=GarageBand;fusion_360=Fusion 360;freecad=FreeCAD;openscad=OpenSCAD;autocad=AutoCAD;\
    jupyter=Jupyter;tableau=Tableau;power_bi=Power BI;zotero=Zotero;scrivener=Scrivener;thermomix=Thermomix;\
    webpack=webpack;vite=Vite;pytest=pytest;tmux=tmux;bash=Bash;zsh=zsh;powershell=PowerShell;sap=SAP;datev=DATEV;\
    libreoffice=LibreOffice;thunderbird=Thunderbird;signal=Signal;elster=ELSTER;miro=Miro;canva=Canva;helix=Helix";

word_list! {
    /// Tools that are everyday words: only with a capital in the middle of an English sentence.
    CAPITAL_TOOLS = "notion slack signal stripe outlook illustrator blender chrome discord helix excel miro \
        confluence canva obsidian anki kindle"
}

type Entry = (Vec<&'static str>, &'static str, Sort);

static BY_FIRST: LazyLock<WordMap<Vec<Entry>>> = LazyLock::new(|| {
    let mut by_first: WordMap<Vec<Entry>> = WordMap::default();
    for (list, sort) in [(AMBIGUOUS, Sort::Ambiguous), (TECHNOLOGIES, Sort::Technology), (TOOLS, Sort::Tool)]
    {
        for entry in list.split(';') {
            let (spelling, name) = entry.trim().split_once('=').unwrap_or((entry, entry));
            let words: Vec<_> = spelling.split('_').collect();
            let known = by_first.entry(words[0]).or_default();
            if !known.iter().any(|(other, ..)| *other == words) {
                known.push((words, name, sort));
            }
        }
    }
    for entries in by_first.values_mut() {
        entries.sort_by_key(|(words, ..)| std::cmp::Reverse(words.len()));
    }
    by_first
});

/// Whether a word by itself names a technology or a tool.
pub(super) fn is_known(form: &str) -> bool {
    BY_FIRST.get(form).is_some_and(|entries| entries.iter().any(|(words, ..)| words.len() == 1))
}

/// A name in a sentence.
pub(super) struct Named {
    pub(super) tokens: Range<usize>,
    pub(super) name: &'static str,
    sort: Sort,
}

/// All the names in a sentence that are meant as such.
pub(super) fn names(sentence: &Sentence<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < sentence.len() {
        let hit = BY_FIRST.get(sentence.form(at)).and_then(|entries| {
            entries.iter().find(|(words, ..)| {
                words.iter().enumerate().all(|(step, word)| sentence.form(at + step) == *word)
            })
        });
        match hit {
            Some((words, name, sort)) if stands_alone(sentence, &(at..at + words.len())) => {
                found.push(Named { tokens: at..at + words.len(), name, sort: *sort });
                at += words.len();
            }
            _ => at += 1,
        }
    }
    let is_technical = found.iter().any(|named| named.sort == Sort::Technology)
        || (0..sentence.len()).any(|index| PROGRAMMING.contains(&sentence.form(index)));
    found.retain(|named| {
        let first = named.tokens.start;
        let form = sentence.form(first);
        // A capital in the middle of a sentence is a name; at its start it says nothing, and "Go" never does.
        let is_named = first > 0 && sentence.is_word(first - 1) && sentence.is_capital(first);
        match named.sort {
            Sort::Ambiguous if form == "go" => {
                is_named
                    && (is_technical
                        || matches!(
                            sentence.form(first - 1),
                            "in" | "to"
                                | "with"
                                | "using"
                                | "write"
                                | "writing"
                                | "use"
                                | "learning"
                                | "mit"
                                | "von"
                                | "auf"
                        ))
            }
            Sort::Ambiguous => is_technical || is_named,
            Sort::Tool if CAPITAL_TOOLS.contains(&form) => is_named || is_technical,
            Sort::Technology | Sort::Tool => true,
        }
    });
    found
}

word_list! {
    /// Words by which a sentence shows that it is about programming.
    PROGRAMMING = "code coding program programs programming programmer language languages compiler crate crates \
        library libraries framework frameworks app apps api developer developers backend frontend async \
        component components server software dataframe function functions script scripts cli \
        programmiere programmieren programmiersprache bibliothek anwendung entwickler skript borrow bug \
        dataframes class module import plugin repo repository deploy deployment tests lifetimes lifetime \
        editor ide hooks rewrite rewriting rewrote plugins service microservice parser"
}

word_list! {
    /// Words after which a technology is refused, or somebody else's.
    REFUSAL = "not never hate dislike without instead avoid stopped rather sick no nicht kein keine keinen \
        hasse ohne nie statt anstatt quit ditched dropped"
}

word_list! {

    SPEAKER = "i my me we our us ich mein meine meinen meinem meiner wir unser unsere unseren unserem unserer \
        mir mich uns"
}

word_list! {
    /// Words by which the technology is somebody else's or far away.
    OTHERS = "he she they his her their er jobs colleague boss brother sister friend company freund freundin \
        kollege kollegin chef bruder schwester son daughter sohn tochter people everyone wife husband \
        partner mann frau if wenn falls coworker ex teacher son's someone"
}

/// The technologies that the person speaks of, as far as the person is in it.
pub(super) fn interesting(told: &Told<'_>, asks: bool) -> Vec<ItemDraft> {
    let sentence = &told.sentence;
    let speaks = (0..sentence.len()).any(|index| SPEAKER.contains(&sentence.form(index)));
    if asks && !speaks {
        return Vec::new();
    }
    let mut found: Vec<ItemDraft> = Vec::new();
    for named in names(sentence) {
        if named.sort == Sort::Tool {
            continue;
        }
        let start = clause_start(sentence, named.tokens.start);
        if sentence.has(0..named.tokens.start, &REFUSAL) || sentence.has(start..named.tokens.start, &OTHERS) {
            continue;
        }
        // "away from Java", "weg von Java", "used to write Java".
        if matches!(
            sentence.form(named.tokens.start.wrapping_sub(1)),
            "from" | "von" | "than" | "als" | "used" | "over"
        ) {
            continue;
        }
        let mut draft = ItemDraft::new(told, ItemKind::Interest, RuleId::Technology, named.tokens);
        named.name.clone_into(&mut draft.name);
        found.push(draft.with_polarity(Polarity::Uses));
    }
    found
}

/// Whether a name is no part of a longer one, a path or an address.
fn stands_alone(sentence: &Sentence<'_>, tokens: &Range<usize>) -> bool {
    let joins = |index: usize| {
        matches!(sentence.form(index), "_" | "-" | "." | "/" | "\\" | "@" | "#" | "+" | "$" | "=")
    };
    let is_joined = |index: usize| sentence.token(index).is_some_and(|token| token.joined);
    let before = tokens.start > 0 && is_joined(tokens.start) && joins(tokens.start - 1);
    let behind = is_joined(tokens.end) && joins(tokens.end) && is_joined(tokens.end + 1);
    !before && !behind
}
