#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| scanseek_fuzzed::run("log", bytes));
