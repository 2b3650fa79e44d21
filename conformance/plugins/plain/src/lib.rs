//! The plainest check there is, for benches: a shell whose parent is a server.

use merlon_sdk::prelude::*;

const SHELLS: [&str; 4] = ["/bin/sh", "/bin/bash", "/bin/dash", "/usr/bin/zsh"];
const SERVERS: [&str; 4] = [
    "/usr/sbin/nginx",
    "/usr/bin/java",
    "/usr/bin/node",
    "/usr/sbin/apache2",
];

struct Plain;

impl Plugin for Plain {
    fn new(_settings: &str) -> Result<Self, String> {
        Ok(Self)
    }

    fn manifest(&self) -> Manifest {
        Manifest::new()
            .rule(Rule::new("shell", "A server started a shell").attack("T1059.004"))
            .subscribe("process.exec", &["exe", "parent.exe"])
    }

    fn evaluate(&mut self, batch: &Batch<'_>) -> Result<Vec<Finding>, String> {
        let exe = batch.text_column("exe");
        let parent = batch.text_column("parent.exe");
        let shell = Memo::new(batch, |text: &str| SHELLS.contains(&text));
        let server = Memo::new(batch, |text: &str| SERVERS.contains(&text));
        let suspicious = (0..)
            .zip(batch.rows())
            .filter(|(n, _)| shell.check(exe.symbol(*n)) && server.check(parent.symbol(*n)));
        Ok(suspicious
            .map(|(_, row)| Finding::new(row, "shell", "a server started a shell"))
            .collect())
    }
}

merlon_sdk::plugin!(Plain);
