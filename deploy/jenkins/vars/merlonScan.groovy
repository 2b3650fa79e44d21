// The step `merlonScan` of a shared library: scans, publishes the reports, then fails the build on findings.
//
//   merlonScan(targets: ['deploy', 'registry:registry.example/shop/web:1.2'], rulesets: ['secrets', 'nsa'],
//              failOn: 'high', baseline: 'merlon-baseline.yaml')
//
// Returns Merlon's exit code when `failBuild` is false: 0 clean, 1 findings, 2 incomplete, 64 wrong usage.
def call(Map options = [:]) {
    Map known = [targets: ['.'], rulesets: [], failOn: 'medium', baseline: '', failBuild: true]
    def unknown = options.keySet() - known.keySet()
    if (unknown) {
        error "merlonScan has no option ${unknown.join(', ')}; it has ${known.keySet().join(', ')}"
    }
    Map chosen = known + options
    // Options reach the script as environment variables only: text that is pasted into a script could be one.
    def environment = [
        "SCAN_TARGETS=${chosen.targets.join('\n')}",
        "SCAN_RULESETS=${chosen.rulesets.join('\n')}",
        "SCAN_FAIL_ON=${chosen.failOn}",
        "SCAN_BASELINE=${chosen.baseline}",
    ]
    int code = 2
    withEnv(environment) {
        code = sh(label: 'merlon scan', returnStatus: true, script: '''
            rm -f merlon-junit.xml merlon.sarif # of the build before
            set -- --no-progress --fail-on "$SCAN_FAIL_ON" \
                --report junit=merlon-junit.xml --report sarif=merlon.sarif
            if [ -n "$SCAN_BASELINE" ]; then
                set -- "$@" --baseline "$SCAN_BASELINE"
            fi
            while IFS= read -r ruleset; do
                if [ -n "$ruleset" ]; then set -- "$@" --ruleset "$ruleset"; fi
            done <<END
$SCAN_RULESETS
END
            set -- "$@" --
            while IFS= read -r target; do
                if [ -n "$target" ]; then set -- "$@" "$target"; fi
            done <<END
$SCAN_TARGETS
END
            merlon scan "$@"
        ''')
    }
    // A clean scan has no test cases, and that is no error.
    junit testResults: 'merlon-junit.xml', allowEmptyResults: true, skipMarkingBuildUnstable: true
    archiveArtifacts artifacts: 'merlon.sarif', allowEmptyArchive: true
    if (chosen.failBuild && code == 1) {
        error 'Merlon found something; see the test results'
    }
    if (chosen.failBuild && code != 0) {
        error "the Merlon scan could not be done (exit code ${code}); see its output"
    }
    return code
}
