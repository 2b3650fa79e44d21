//! `merlon probe`: what this kernel, cgroup mode and these privileges allow.

use merlon_sensor::Probe;

use crate::arguments::Format;
use crate::{Exit, Failure, bundle};

pub(crate) fn probe(format: Format) -> Result<Exit, Failure> {
    let probe = merlon_sensor::probe(bundle::PROBES);
    let failed = |error: serde_json::Error| Failure::incomplete(error.to_string());
    match format {
        Format::Table => println!("{}", table(&probe).trim_end()),
        Format::Json => println!("{}", serde_json::to_string_pretty(&probe).map_err(failed)?),
        Format::Jsonl => println!("{}", serde_json::to_string(&probe).map_err(failed)?),
        Format::Sarif | Format::Junit | Format::Gitlab | Format::GitlabSecrets => {
            return Err(Failure::usage("probe prints table, json or jsonl"));
        }
    }
    Ok(Exit::Clean)
}

fn table(probe: &Probe) -> String {
    let checks = [
        ("root", "this user", &probe.root),
        ("btf", "kernel types", &probe.btf),
        ("tp_btf", "the sensor", &probe.tp_btf),
        ("prepare_exec", "exact previous user", &probe.prepare_exec),
        ("fentry", "function tracing", &probe.fentry),
        ("kprobe", "function breakpoints", &probe.kprobe),
        ("lsm", "prevention by LSM", &probe.lsm),
        ("fanotify", "prevention by fanotify", &probe.fanotify),
    ];
    let mut text = format!(
        "kernel {}, cgroups {:?}, LSMs {}\n",
        probe.kernel,
        probe.cgroup_mode,
        probe.lsm_list.join(",")
    );
    for (name, use_, check) in checks {
        let mark = if check.available { "yes" } else { "no" };
        text += &format!("{mark:>4}  {name:<13} {use_:<22} {}\n", check.why);
    }
    for capability in &probe.capabilities {
        let mark = if capability.available { "yes" } else { "no" };
        text += &format!("{mark:>4}  {}\n", capability.name);
    }
    text
}
