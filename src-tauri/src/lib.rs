//! The app: the command line now, the desktop beside it.
//!
//! It knows arguments, terminals and, with the desktop, windows. It never knows SQL, rules of OAuth or HTTP:
//! everything it does is an operation of the engine, run in the running program over the control socket or, if
//! none runs, in this process. Start reading at [`cli::run`].

pub mod cli;
