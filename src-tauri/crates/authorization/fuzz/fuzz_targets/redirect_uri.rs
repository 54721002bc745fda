#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| authorization::fuzzing::redirect_uri(data));
