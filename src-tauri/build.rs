//! Gives every command of the windows a permission of its own, checks what each window may do, and says how to link.

#[cfg(feature = "desktop")]
include!("src/desktop/commands/names.rs");

#[cfg(all(feature = "desktop", target_os = "linux"))]
#[path = "on_demand.rs"]
mod on_demand;

/// One copy of what was compiled to the same code. On x86-64 Linux Rust links with LLD, which knows that.
fn fold_what_is_the_same() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    if is("TARGET", "x86_64-unknown-linux-gnu") && is("PROFILE", "release") {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Addresses that the loader fills in are written in a tenth of the space (glibc 2.36 and newer): the file is smaller,
/// and so is what is read of it at the start.
fn pack_relocations() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

#[cfg(feature = "desktop")]
fn main() {
    pack_relocations();
    fold_what_is_the_same();
    #[cfg(target_os = "linux")]
    on_demand::load_libraries_on_demand();
    println!("cargo:rerun-if-changed=capabilities");
    println!("cargo:rerun-if-changed=ui/dist");
    let with_files = std::env::var_os("CARGO_FEATURE_CUSTOM_PROTOCOL").is_some();
    assert!(
        !with_files || std::path::Path::new("ui/dist/index.html").is_file(),
        "the windows' files are not built: run `cargo xtask setup` once (or `npm ci && npm run build` in ui/), or \
         build without a desktop: --no-default-features"
    );
    let commands: Vec<&'static str> = MAIN_COMMANDS.iter().chain(APPROVAL_COMMANDS).copied().collect();
    let attributes = tauri_build::Attributes::new()
        .app_manifest(tauri_build::AppManifest::new().commands(commands.leak()));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("{error:#}");
    }
}

#[cfg(not(feature = "desktop"))]
fn main() {
    pack_relocations();
    fold_what_is_the_same();
}
