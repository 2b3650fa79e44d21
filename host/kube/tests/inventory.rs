//! Directories as users have them.

use std::fs;
use std::path::Path;

use merlon_kube::Inventory;
use merlon_model::Timestamp;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec:\n  hostPID: true\n";

fn pod(name: &str) -> String {
    POD.replace("NAME", name)
}

fn write(root: &Path, files: &[(&str, &[u8])]) {
    for (name, content) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap_or(root)).unwrap_or_default();
        assert!(fs::write(&path, content).is_ok(), "{name}");
    }
}

fn read(root: &Path) -> Inventory {
    let mut inventory = Inventory::default();
    inventory.add_path(root);
    inventory
}

fn names(inventory: &Inventory) -> Vec<&str> {
    let objects = inventory.manifests.iter();
    objects.map(|m| m.object.name.as_str()).collect()
}

#[test]
fn a_directory_is_one_inventory_and_keeps_its_places() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    write(
        root,
        &[
            (
                "b.yaml",
                format!("# x\n---\n{}---\n{}", pod("b"), pod("b2")).as_bytes(),
            ),
            ("sub/a.yml", pod("a").as_bytes()),
            (
                "sub/c.json",
                br#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"c"}}"#,
            ),
            ("sub/package.json", br#"{"name":"x","kind":"y"}"#),
            ("sub/kustomization.yaml", b"resources: [b.yaml]\n"),
            (".git/x.yaml", pod("git").as_bytes()),
            (".hidden/x.yaml", pod("hidden").as_bytes()),
            ("broken.yaml", b"apiVersion: v1\nkind: Pod\na: [\n"),
            ("compose.yaml", b"services: [\n"),
            ("readme.md", pod("md").as_bytes()),
        ],
    );
    let mut inventory = read(root);
    assert_eq!(names(&inventory), ["hidden", "b", "b2", "a", "c"]);
    assert_eq!((inventory.problems.len(), inventory.notes.len()), (1, 1));
    let problem = inventory.problems[0].to_string();
    assert!(problem.contains("broken.yaml:"), "{problem}");
    let place = inventory.locate(2, "spec.hostPID").unwrap();
    assert_eq!((place.line, place.column), (Some(13), Some(3)));
    assert!(place.file.ends_with("b.yaml"));
    assert_eq!(place.path.as_deref(), Some("spec.hostPID"));
    assert!(inventory.locate(5, "").is_none());
    inventory.add_path(&root.join("b.yaml"));
    assert_eq!(inventory.manifests.len(), 5, "read once");
    inventory.add_path(&root.join("readme.md"));
    assert_eq!(names(&inventory).last(), Some(&"md"), "told from its text");
}

#[test]
fn the_inventory_itself_is_the_last_event() {
    let mut inventory = Inventory::default();
    assert!(inventory.events(Timestamp::default()).is_empty());
    inventory.add_text(&pod("a"), "<stdin>");
    let events = inventory.events(Timestamp::from_nanos(7));
    assert_eq!(
        events.iter().map(|event| event.seq).collect::<Vec<_>>(),
        [0, 1]
    );
    let whole = events[1].object().unwrap();
    assert_eq!(
        (whole.api_version.as_str(), whole.kind.as_str()),
        ("merlon.dev/v1", "Inventory")
    );
    assert_eq!(events[0].object().unwrap().file.as_deref(), Some("<stdin>"));
}

#[test]
fn what_was_asked_for_and_cannot_be_read_is_a_problem() {
    let directory = tempfile::tempdir().unwrap();
    let mut inventory = read(&directory.path().join("missing"));
    assert_eq!(inventory.problems.len(), 1);
    inventory.add_text("hello\n", "<stdin>");
    inventory.add_text("", "<stdin>");
    assert_eq!(inventory.problems.len(), 3);
}

#[test]
fn bytes_that_are_no_text_are_a_problem_only_in_a_manifest() {
    let directory = tempfile::tempdir().unwrap();
    let wide: Vec<u8> = "\u{feff}"
        .encode_utf16()
        .chain(pod("wide").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let large = format!("{}{}", pod("large"), "#".repeat(8 << 20));
    write(
        directory.path(),
        &[
            ("wide.yaml", &wide),
            (
                "latin.yaml",
                b"apiVersion: v1\nkind: Pod\nmetadata: {name: caf\xe9}\n",
            ),
            ("other.yaml", b"caf\xe9: 1\n"),
            (
                "lock.json",
                format!("{{\"a\": \"{}\"}}", "x".repeat(8 << 20)).as_bytes(),
            ),
            ("large.yaml", large.as_bytes()),
        ],
    );
    let inventory = read(directory.path());
    assert_eq!(names(&inventory), ["wide"]);
    let files: Vec<_> = inventory.problems.iter().map(|p| p.file.as_str()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(files[0].ends_with("large.yaml") && files[1].ends_with("latin.yaml"));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_directory_or_in_circles() {
    use std::os::unix::fs::symlink;
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    write(
        directory.path(),
        &[
            ("secret.yaml", pod("secret").as_bytes()),
            ("root/..data/a.yaml", pod("a").as_bytes()),
            ("root/plain.txt", pod("plain").as_bytes()),
        ],
    );
    symlink("../secret.yaml", root.join("out.yaml")).unwrap();
    symlink("..data/a.yaml", root.join("a.yaml")).unwrap();
    symlink(".", root.join("circle")).unwrap();
    symlink("plain.txt", root.join("plain.yaml")).unwrap();
    symlink("nowhere", root.join("gone.yaml")).unwrap();
    let inventory = read(&root);
    assert_eq!(names(&inventory), ["a", "plain"]);
    assert_eq!((inventory.problems.len(), inventory.notes.len()), (0, 2));
}

#[test]
fn a_tree_of_small_bombs_is_a_bomb() {
    let mut bomb = format!("{}a0: &a0 [x,x,x,x,x,x,x,x,x]\n", pod("bomb"));
    for n in 1..5 {
        bomb += &format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9));
    }
    let mut inventory = Inventory::default();
    inventory.add_text(&bomb, "0.yaml");
    assert_eq!(
        (inventory.manifests.len(), inventory.problems.len()),
        (1, 0)
    );
    for _ in 0..20 {
        inventory.add_text(&bomb, "n.yaml");
    }
    assert!(
        inventory.manifests.len() < 10,
        "{}",
        inventory.manifests.len()
    );
    assert!(
        inventory
            .problems
            .iter()
            .all(|problem| problem.code == "Y004")
    );
}
