use super::*;

#[test]
fn the_holder_of_a_port_is_found_by_pid_and_name() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let holder = find(listener.local_addr().unwrap()).unwrap();
    assert_eq!(holder.pid, std::process::id());
    // Longer than the 15 bytes that the system keeps of a name.
    let name = std::env::current_exe().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    assert!(name.len() > 15, "{name}");
    assert_eq!(holder.program, name);
}

#[test]
fn nobody_holds_a_port_that_is_free() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    assert_eq!(find(address), None);
}
