//! The whole service from outside: the real program in a process of its own, over HTTP, signals and files.
//!
//! Every test starts what it needs on a port and in a directory of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod service {
    // What the tests are written with: the program, requests, events.
    mod harness;
    mod client;
    mod events;
    mod log_files;

    // What goes in.
    mod publishing;
    mod refusing;
    mod bodies;
    mod parking;

    // What comes out.
    mod reading;
    mod past;
    mod items;
    mod changes;
    mod exports;
    mod trail;
    mod problems;
    mod contract;
    mod operation;

    // What finance does, and who may.
    mod decisions;
    mod settings;
    mod other_settings;
    mod accounting;
    mod tokens;
    mod sessions;

    // What browsers get.
    mod stream;
    mod console;

    // What goes wrong.
    mod crashes;
    mod stopping;
    mod starting;
    mod damage;
    mod derived;
    mod room;

    // The command line.
    mod configuration;
    mod importing;
    mod exporting;
    mod demo;
    mod bench;
    mod surroundings;
    mod upkeep;
    mod replay;
    mod audit;

    // Where read models can be, too.
    mod postgres;
}
