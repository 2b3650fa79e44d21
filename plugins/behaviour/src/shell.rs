//! Shells where none belong, and what is written on their command lines.

use merlon_sdk::{Confidence, Severity};

use crate::detector::{Detection, Detector};
use crate::exec::Exec;

/// Programs that read commands.
pub const SHELLS: &[&str] = &[
    "sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "rbash", "busybox",
];

const WEB_SERVERS: &[&str] = &[
    "nginx", "apache2", "httpd", "lighttpd", "caddy", "haproxy", "envoy", "traefik", "varnishd",
    "squid",
];
const DATABASES: &[&str] = &[
    "postgres",
    "mysqld",
    "mariadbd",
    "redis-server",
    "valkey-server",
    "mongod",
    "memcached",
    "elasticsearch",
    "clickhouse-server",
    "influxd",
    "etcd",
    "cassandra",
    "couchdb",
    "beam.smp",
];
const APPLICATION_SERVERS: &[&str] = &[
    "java",
    "node",
    "nodejs",
    "deno",
    "bun",
    "gunicorn",
    "uwsgi",
    "uvicorn",
    "hypercorn",
    "puma",
    "unicorn",
    "dotnet",
    "tomcat",
    "jboss",
    "php-cgi",
];

/// The detectors of this file.
#[must_use]
pub fn detectors() -> Vec<Detector> {
    let mut detectors = by_parent();
    detectors.extend(by_command_line());
    detectors
}

fn by_parent() -> Vec<Detector> {
    vec![
        Detector::new(
            "shell-from-web-server",
            "A web server started a shell",
            r#"parent.name in ("nginx", "apache2", "httpd", "lighttpd", "caddy", "haproxy", "envoy", "traefik", "varnishd", "squid") or parent.name startswith "php-fpm""#,
            web_shell,
        )
        .severity(Severity::Critical)
        .attack(&["T1505.003", "T1190", "T1059.004"])
        .remedy("Treat the server as taken over: isolate the workload, keep its file system, look for uploaded scripts and injections."),
        Detector::new(
            "shell-from-database",
            "A database server started a shell",
            r#"parent.name in ("postgres", "mysqld", "mariadbd", "redis-server", "valkey-server", "mongod", "memcached", "elasticsearch", "clickhouse-server", "influxd", "etcd", "cassandra", "couchdb", "beam.smp")"#,
            database_shell,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1190", "T1059.004"])
        .remedy("Look for COPY PROGRAM, user-defined functions or modules; archive and health commands belong in an exemption."),
        Detector::new(
            "shell-from-application",
            "An application server in a container started a shell",
            r#"container.id exists and (parent.name in ("java", "node", "nodejs", "deno", "bun", "gunicorn", "uwsgi", "uvicorn", "hypercorn", "puma", "unicorn", "dotnet", "tomcat", "jboss", "php-cgi"))"#,
            application_shell,
        )
        .severity(Severity::Medium)
        .confidence(Confidence::Medium)
        .attack(&["T1190", "T1059.004"])
        .remedy("Look for command injection and unsafe deserialisation; exempt the workload when it starts shells by design."),
        Detector::new(
            "shell-with-terminal-in-container",
            "Somebody works at a terminal inside a container",
            r#"container.id exists and tty exists and exe.name in ("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "rbash", "busybox")"#,
            terminal,
        )
        .severity(Severity::Medium)
        .attack(&["T1059.004", "T1609"])
        .remedy("Find out who opened the session (audit log of pods/exec); forbid exec into production pods."),
    ]
}

fn by_command_line() -> Vec<Detector> {
    vec![
        Detector::new(
            "reverse-shell",
            "A command line opens a shell to another machine",
            r#"command_line contains "/dev/tcp/" or command_line contains "/dev/udp/" or command_line contains "socket" or command_line contains "Socket" or command_line contains "/inet/tcp/" or command_line contains "mkfifo" or command_line contains "mknod" or exe.name in ("nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "busybox") or command_line contains "s_client" or command_line contains "fsockopen""#,
            reverse_shell,
        )
        .severity(Severity::Critical)
        .attack(&["T1059.004", "T1095"])
        .remedy("Isolate the workload, block the other end, and look for how the command got there."),
        Detector::new(
            "download-and-run",
            "A command line downloads a program and runs it at once",
            r#"command_line contains "curl" or command_line contains "wget" or command_line contains "urlopen" or command_line contains "lwp-download""#,
            download_and_run,
        )
        .severity(Severity::High)
        .confidence(Confidence::Medium)
        .attack(&["T1105", "T1059.004"])
        .remedy("Read what was downloaded; build what is needed into the image."),
        Detector::new(
            "decode-and-run",
            "A command line decodes a hidden script and runs it",
            r#"command_line contains "base64" or command_line contains "xxd -r" or command_line contains "openssl enc" or command_line contains "b64decode""#,
            decode_and_run,
        )
        .severity(Severity::High)
        .attack(&["T1140", "T1027"])
        .remedy("Decode the text from the evidence and read what it does."),
    ]
}

fn is_shell(exec: &Exec<'_>) -> bool {
    match exec.name {
        // busybox is a shell only when it is called as one.
        "busybox" => exec
            .argv
            .iter()
            .take(2)
            .any(|word| matches!(word.rsplit('/').next(), Some("sh" | "ash" | "hush"))),
        _ => exec.named(SHELLS),
    }
}

fn from_server(exec: &Exec<'_>, servers: &[&str]) -> Option<Detection> {
    let server = servers.contains(&exec.parent) || exec.parent.starts_with("php-fpm");
    if !server || !is_shell(exec) {
        return None;
    }
    Detection::new(format!(
        "{} started {} {}",
        exec.parent,
        exec.name,
        exec.place()
    ))
}

fn web_shell(exec: &Exec<'_>) -> Option<Detection> {
    from_server(exec, WEB_SERVERS)
}

fn database_shell(exec: &Exec<'_>) -> Option<Detection> {
    if exec.parent.starts_with("php-fpm") {
        return None;
    }
    from_server(exec, DATABASES)
}

fn application_shell(exec: &Exec<'_>) -> Option<Detection> {
    if exec.container.is_none() || exec.parent.starts_with("php-fpm") {
        return None;
    }
    from_server(exec, APPLICATION_SERVERS)
}

fn terminal(exec: &Exec<'_>) -> Option<Detection> {
    let tty = exec.tty?;
    if exec.container.is_none() || !is_shell(exec) {
        return None;
    }
    // A script that an interactive session runs is not a second session.
    if exec.has_option('c') && !exec.has_option('i') && SHELLS.contains(&exec.parent) {
        return None;
    }
    let message = format!("{} has the terminal {tty} {}", exec.name, exec.place());
    Detection::with(message, "tty", tty)
}

fn reverse_shell(exec: &Exec<'_>) -> Option<Detection> {
    let way = device(exec)
        .or_else(|| netcat(exec))
        .or_else(|| socat(exec))
        .or_else(|| interpreter(exec))
        .or_else(|| pipe(exec))?;
    let message = format!("{} opens a shell to another machine: {way}", exec.name);
    Detection::with(message, "technique", way)
}

fn device(exec: &Exec<'_>) -> Option<&'static str> {
    exec.has_any(&["/dev/tcp/", "/dev/udp/", "/inet/tcp/"])?;
    Some("network device of the shell")
}

fn netcat(exec: &Exec<'_>) -> Option<&'static str> {
    let busybox = exec.name == "busybox" && exec.arguments().first() == Some(&"nc");
    let netcat = exec.named(&["nc", "ncat", "netcat", "nc.openbsd", "nc.traditional"]);
    let runs = exec.has_option('e')
        || exec
            .has_any(&["--exec", "--sh-exec", "-c sh", "-c /bin/", "-c bash"])
            .is_some();
    ((netcat || busybox) && runs).then_some("netcat that runs a program")
}

fn socat(exec: &Exec<'_>) -> Option<&'static str> {
    let line = exec.command_line.to_ascii_lowercase();
    let runs = line.contains("exec:") || line.contains("system:") || line.contains("shell:");
    let remote = ["tcp", "udp", "openssl", "ssl:", "sctp"]
        .iter()
        .any(|kind| line.contains(kind));
    (exec.name == "socat" && runs && remote).then_some("socat that runs a program")
}

fn interpreter(exec: &Exec<'_>) -> Option<&'static str> {
    let inline = exec.has_option('c')
        || exec.has_option('e')
        || exec.has_option('r')
        || exec.has_argument("-rsocket");
    let socket = exec
        .has_any(&["socket", "Socket", "fsockopen", "TCPSocket"])
        .is_some();
    let runs = exec
        .has_any(&[
            "pty.spawn",
            "dup2",
            "subprocess",
            "os.system",
            "exec",
            "spawn",
            "popen",
            "/bin/sh",
            "/bin/bash",
            "shell_exec",
        ])
        .is_some();
    let language = [
        "python", "perl", "ruby", "php", "lua", "node", "awk", "gawk",
    ]
    .iter()
    .any(|language| exec.name.starts_with(language));
    (language && inline && socket && runs).then_some("socket opened by an interpreter")
}

fn pipe(exec: &Exec<'_>) -> Option<&'static str> {
    let pipe = exec.has("mkfifo") || exec.has("mknod");
    let remote = exec
        .has_any(&[
            "nc ",
            "ncat ",
            "netcat ",
            "telnet ",
            "openssl s_client",
            "socat ",
        ])
        .is_some();
    let shell = exec.has_any(&["/bin/sh", "/bin/bash", "| sh", "|sh", "sh -i", "bash -i"]);
    (pipe && remote && shell.is_some()).then_some("named pipe between a shell and the network")
}

/// Texts that hand the output of one command to a shell.
const INTO_A_SHELL: &[&str] = &[
    "| sh",
    "|sh",
    "| bash",
    "|bash",
    "| /bin/sh",
    "|/bin/sh",
    "| /bin/bash",
    "|/bin/bash",
    "| sudo sh",
    "| sudo bash",
    "| dash",
    "| zsh",
    "| ash",
    "| python",
    "|python",
    "| perl",
    "|perl",
    "<(",
    "eval ",
];

fn download_and_run(exec: &Exec<'_>) -> Option<Detection> {
    if !is_shell(exec) && !exec.name.starts_with("python") {
        return None;
    }
    let fetches = exec.has_any(&["curl ", "wget ", "lwp-download ", "urlopen("])?;
    let runs = exec.has_any(INTO_A_SHELL).or_else(|| {
        exec.has_any(&[
            "chmod +x",
            "chmod 777",
            "chmod 755",
            "exec(",
            "$(curl",
            "$(wget",
            "`curl",
            "`wget",
        ])
    })?;
    let message = format!("{} fetches with {} and runs it", exec.name, fetches.trim());
    Detection::with(message, "runs", runs)
}

fn decode_and_run(exec: &Exec<'_>) -> Option<Detection> {
    let decodes = exec.has_any(&[
        "base64 -d",
        "base64 --decode",
        "base64 -D",
        "base64 -di",
        "xxd -r",
        "openssl enc",
        "openssl base64 -d",
        "b64decode(",
    ])?;
    let runs = exec
        .has_any(INTO_A_SHELL)
        .or_else(|| exec.has_any(&["exec(", "os.system("]))?;
    let message = format!("{} decodes with `{decodes}` and runs it", exec.name);
    Detection::with(message, "runs", runs)
}
