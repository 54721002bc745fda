// Loads the web engine when a window first needs it, and the toolkit when there is a desktop, and neither when the
// program starts.
//
// The web engine and what it brings along are a hundred libraries and half of what the program in its tray would hold
// in memory; the toolkit is sixty, and a quarter of what `serve` would hold. Every command at a terminal, and every hook
// of Claude Code, would wait for them. ELF knows no delayed loading, so this writes a stub
// for each of their functions: the first call through a stub finds the function (on_demand.c), every later one is a
// jump. Chromium loads its optional libraries in the same way. Nothing of ours says `unsafe`, and the crates above
// notice nothing: to them the stubs are the library.
//
// Only where it was tried: Linux on x86-64. Elsewhere the libraries are linked as usual.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use object::{Object as _, ObjectSymbol as _, SymbolKind};

/// What a library's functions begin with, what pkg-config calls it, and what the loader calls it. (GTK brings the
/// others of its kind along, and a function is looked for in all that a library brings.)
const LIBRARIES: [(&str, &str, &str); 7] = [
    ("webkit_", "webkit2gtk-4.1", "libwebkit2gtk-4.1.so.0"),
    ("jsc_", "javascriptcoregtk-4.1", "libjavascriptcoregtk-4.1.so.0"),
    ("soup_", "libsoup-3.0", "libsoup-3.0.so.0"),
    ("gtk_", "gtk+-3.0", "libgtk-3.so.0"),
    ("gdk_pixbuf_", "gdk-pixbuf-2.0", "libgtk-3.so.0"),
    ("gdk_", "gdk-3.0", "libgtk-3.so.0"),
    ("cairo_", "cairo", "libgtk-3.so.0"),
];

/// Functions of the web engine that `on_demand.c` answers without it.
const ANSWERED: [&str; 3] =
    ["webkit_get_major_version", "webkit_get_minor_version", "webkit_get_micro_version"];

/// How a first call finds its function: everything that a call can carry is kept, the function is found, its address
/// stored for the next call, and the call goes on as if nothing had been between (System V ABI, AMD64, 3.2.3).
const FIRST_CALL: &str = r#"
    .section .text.on_demand_first,"ax",@progbits
    .type on_demand_first,@function
on_demand_first:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    subq $192, %rsp
    movaps %xmm0, 0(%rsp)
    movaps %xmm1, 16(%rsp)
    movaps %xmm2, 32(%rsp)
    movaps %xmm3, 48(%rsp)
    movaps %xmm4, 64(%rsp)
    movaps %xmm5, 80(%rsp)
    movaps %xmm6, 96(%rsp)
    movaps %xmm7, 112(%rsp)
    movq %rdi, 128(%rsp)
    movq %rsi, 136(%rsp)
    movq %rdx, 144(%rsp)
    movq %rcx, 152(%rsp)
    movq %r8, 160(%rsp)
    movq %r9, 168(%rsp)
    movq %rax, 176(%rsp)
    movq %r11, 184(%rsp)
    movq %r10, %rdi
    call on_demand_find
    movq 184(%rsp), %r11
    movq %rax, (%r11)
    movaps 0(%rsp), %xmm0
    movaps 16(%rsp), %xmm1
    movaps 32(%rsp), %xmm2
    movaps 48(%rsp), %xmm3
    movaps 64(%rsp), %xmm4
    movaps 80(%rsp), %xmm5
    movaps 96(%rsp), %xmm6
    movaps 112(%rsp), %xmm7
    movq 128(%rsp), %rdi
    movq 136(%rsp), %rsi
    movq 144(%rsp), %rdx
    movq 152(%rsp), %rcx
    movq 160(%rsp), %r8
    movq 168(%rsp), %r9
    movq 176(%rsp), %rax
    leave
    .cfi_def_cfa %rsp, 8
    jmpq *(%r11)
    .cfi_endproc
    .section .note.GNU-stack,"",@progbits
"#;

/// Writes the stubs, and has them linked into every target of the package.
pub(crate) fn load_libraries_on_demand() {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|it| it == value);
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ARCH", "x86_64") {
        return;
    }
    for source in ["src-tauri/on_demand.c", "src-tauri/on_demand.rs"] {
        println!("cargo:rerun-if-changed={source}");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let stubs = out.join("on_demand.S");
    std::fs::write(&stubs, stubs_for(&LIBRARIES)).expect("the build's own folder can be written");
    let mut build = cc::Build::new();
    build.file("src-tauri/on_demand.c").file(&stubs).flag_if_supported("-ffunction-sections");
    let version = found(LIBRARIES[0].1).version;
    for (name, part) in ["MAJOR", "MINOR", "MICRO"].iter().zip(version.split('.')) {
        build.define(&format!("WEBKIT_{name}"), Some(part));
    }
    // Whole: the linker would otherwise leave out of the archive what it has found in the libraries already. What
    // nobody calls it drops afterwards.
    build.link_lib_modifier("+whole-archive").compile("on_demand");
}

fn stubs_for(libraries: &[(&str, &str, &str)]) -> String {
    let mut text = FIRST_CALL.to_owned();
    let names: BTreeSet<String> = libraries
        .iter()
        .flat_map(|(prefix, package, _)| functions(&shared_library(package), prefix))
        .collect();
    for name in &names {
        stub(&mut text, name);
    }
    text.push_str("    .section .data.rel.ro.on_demand_libraries,\"aw\",@progbits\n    .globl on_demand_libraries\n    .hidden on_demand_libraries\n    .p2align 3\non_demand_libraries:\n");
    for index in 0..libraries.len() {
        let _ = writeln!(text, "    .quad .Lprefix{index}, .Lsoname{index}");
    }
    text.push_str("    .quad 0, 0\n    .section .rodata.on_demand_libraries,\"a\",@progbits\n");
    for (index, (prefix, _, soname)) in libraries.iter().enumerate() {
        let _ = writeln!(text, ".Lprefix{index}: .asciz \"{prefix}\"\n.Lsoname{index}: .asciz \"{soname}\"");
    }
    text
}

/// One function: a jump to where its slot points, which at first is to finding it. Hidden, so that the libraries
/// themselves go on calling their own.
fn stub(text: &mut String, name: &str) {
    let _ = write!(
        text,
        "
    .section .text.on_demand.{name},\"ax\",@progbits
    .globl {name}
    .hidden {name}
    .type {name},@function
{name}:
    jmpq *.Lslot_{name}(%rip)
.Lfirst_{name}:
    leaq .Lname_{name}(%rip), %r10
    leaq .Lslot_{name}(%rip), %r11
    jmp on_demand_first
    .size {name}, . - {name}
    .section .data.on_demand.{name},\"aw\",@progbits
    .p2align 3
.Lslot_{name}: .quad .Lfirst_{name}
    .section .rodata.on_demand.{name},\"a\",@progbits
.Lname_{name}: .asciz \"{name}\"
"
    );
}

/// The library that the linker would take.
fn shared_library(package: &str) -> PathBuf {
    let library = found(package);
    let name = library.libs.first().expect("pkg-config names the package's own library first");
    let file = format!("lib{name}.so");
    let folders = library.link_paths.iter().map(PathBuf::as_path);
    // The system's own folder is left out of the answer.
    let variable = pkg_config::get_variable(package, "libdir").unwrap_or_default();
    folders
        .chain([Path::new(&variable)])
        .map(|folder| folder.join(&file))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("{file} is not where pkg-config says; install its development package anew")
        })
}

fn found(package: &str) -> pkg_config::Library {
    pkg_config::Config::new().cargo_metadata(false).probe(package).unwrap_or_else(|error| {
        panic!(
            "{package} is missing, so the windows can not be built: run `cargo xtask setup` once ({error})"
        )
    })
}

/// The functions of a shared library that are its own.
fn functions(library: &Path, prefix: &str) -> Vec<String> {
    let bytes = std::fs::read(library).unwrap_or_else(|error| panic!("{}: {error}", library.display()));
    let file = object::File::parse(&*bytes).unwrap_or_else(|error| panic!("{}: {error}", library.display()));
    file.dynamic_symbols()
        .filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text)
        .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
        .filter(|name| name.starts_with(prefix) && !ANSWERED.contains(&name.as_str()))
        .collect()
}
