//! The title of the process, as `ps` shows it.
//!
//! The kernel shows the memory in which it has put the program's arguments, and behind them, if
//! the arguments no longer end with a zero, its environment. Whoever writes there changes what is
//! shown. So the arguments are copied before (the standard library has them, too, but reads them
//! when asked), and the environment is moved to the heap: both at the very start of `main`.

#![expect(unsafe_code, reason = "the memory of the program's arguments is nobody's in Rust")]

use std::ops::Range;
use std::path::Path;

use config::Config;

/// The memory that shows as the title.
#[derive(Debug)]
pub(crate) struct Title {
    area: Range<usize>,
    /// The program's name, as it was called.
    program: String,
}

impl Title {
    /// Takes the memory of the program's arguments and environment over; `program` is its name.
    ///
    /// To be called once, before there is a second thread, and when the arguments have been read.
    pub(crate) fn claim(program: String) -> Self {
        for (name, value) in std::env::vars_os() {
            // A name that the library refuses stays where it is, and may be overwritten: nobody
            // could ask for it either.
            if !name.is_empty() && !name.as_encoded_bytes().contains(&b'=') {
                // SAFETY: there is no other thread that could read the environment: see above.
                unsafe { std::env::set_var(name, value) };
            }
        }
        Self { area: area().unwrap_or_default(), program }
    }

    /// Shows a title, as far as there is room for it.
    pub(crate) fn show(&mut self, title: &str) {
        let Range { start, end } = self.area;
        // The last byte stays zero.
        let room = (end - start).saturating_sub(1);
        let shown = &title.as_bytes()[..title.len().min(room)];
        for offset in 0..end - start {
            let byte = shown.get(offset).copied().unwrap_or(0);
            // SAFETY: 1. the kernel has said that these addresses are the program's arguments and
            // environment, which are writable; 2. nothing that is used points there any more: see
            // `claim`; 3. the last byte stays zero, so that what does point there finds an end.
            unsafe {
                std::ptr::with_exposed_provenance_mut::<u8>(start + offset).write_volatile(byte);
            };
        }
    }

    /// Shows what the settings say.
    pub(crate) fn follow(&mut self, config: &Config, file: Option<&Path>) {
        if config.set_proc_title {
            let title = compose(config, &self.program, file);
            self.show(&title);
        }
    }
}

/// Finds the memory of the arguments and, right behind it, of the environment.
fn area() -> Option<Range<usize>> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in parentheses, may contain anything.
    let (_, fields) = stat.rsplit_once(')')?;
    // Fields are counted from one, and two of them are before the parenthesis' end.
    let field = |number: usize| fields.split_whitespace().nth(number - 3)?.parse::<usize>().ok();
    let (arg_start, arg_end) = (field(48)?, field(49)?);
    let (env_start, env_end) = (field(50)?, field(51)?);
    let end = if env_start == arg_end { env_end } else { arg_end };
    (arg_start != 0 && arg_start < end).then_some(arg_start..end)
}

/// Fills the variables of the template in.
fn compose(config: &Config, program: &str, file: Option<&Path>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fill = |name: &str| match name {
        "title" => program.to_owned(),
        "listen-addr" => {
            if config.port != 0 {
                let address =
                    config.bind.0.first().map_or_else(|| "*".to_owned(), |first| text(first));
                format!("{address}:{}", config.port)
            } else {
                text(&config.unixsocket)
            }
        }
        "server-mode" => String::new(),
        "port" => config.port.to_string(),
        "tls-port" => config.tls_port.to_string(),
        "unixsocket" => text(&config.unixsocket),
        "config-file" => file.map_or_else(String::new, |path| path.display().to_string()),
        _ => String::new(),
    };
    let template = text(&config.proc_title_template);
    let mut title = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        title.push_str(before);
        // A brace that is doubled stands for itself.
        if let Some(after) = after.strip_prefix('{') {
            title.push('{');
            rest = after;
            continue;
        }
        let Some((name, after)) = after.split_once('}') else {
            rest = "";
            break;
        };
        title.push_str(&fill(name));
        rest = after;
    }
    title.push_str(rest);
    title.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn template_is_filled_in() {
        let check = |template: &str, expected: &str| {
            let config = Config {
                proc_title_template: template.as_bytes().to_vec(),
                unixsocket: b"/run/s".to_vec(),
                ..Config::default()
            };
            let file = Path::new("/etc/redis.conf");
            assert_eq!(compose(&config, "redis-server", Some(file)), expected);
        };
        check("{title} {listen-addr} {server-mode}", "redis-server *:6379");
        check(
            "TEST {title} {{{port}} {tls-port} {unixsocket}",
            "TEST redis-server {6379} 0 /run/s",
        );
        check("{config-file}", "/etc/redis.conf");
    }

    #[test]
    fn area_holds_the_arguments() {
        let area = area().expect("the kernel tells");
        let shown = std::fs::read("/proc/self/cmdline").expect("the kernel tells");
        assert!(area.len() >= shown.len());
    }
}
