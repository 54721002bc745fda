use super::*;

#[test]
fn the_holder_of_a_port_is_found_by_pid_and_name() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let holder = find(listener.local_addr().unwrap()).unwrap();
    assert_eq!(holder.pid, std::process::id());
    assert!(!holder.program.is_empty());
}

#[test]
fn nobody_holds_a_port_that_is_free() {
    let address = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    assert_eq!(find(address), None);
}
