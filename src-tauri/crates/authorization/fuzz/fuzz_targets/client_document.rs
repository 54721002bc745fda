#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| authorization::fuzzing::client_document(data));
