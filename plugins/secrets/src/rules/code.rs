//! Where code and packages are kept.

use merlon_sdk::Severity;

use super::SecretRule as R;
use crate::judge;

const GITHUB: &str = "https://docs.github.com/authentication/keeping-your-account-and-data-secure/managing-your-personal-access-tokens";
const GITLAB: &str = "https://docs.gitlab.com/security/tokens/";

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "github-personal-access-token",
        "GitHub personal access token",
        &[r"\b(ghp_[A-Za-z0-9]{36})\b"],
        GITHUB,
    )
    .severity(Severity::Critical)
    .judge(judge::base62_checksum),
    R::vendor(
        "github-fine-grained-token",
        "GitHub fine-grained personal access token",
        &[r"\b(github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})\b"],
        GITHUB,
    )
    .severity(Severity::Critical),
    R::vendor(
        "github-oauth-token",
        "GitHub OAuth token",
        &[r"\b(gho_[A-Za-z0-9]{36})\b"],
        GITHUB,
    )
    .severity(Severity::Critical)
    .judge(judge::base62_checksum),
    R::vendor(
        "github-app-token",
        "GitHub App token",
        &[r"\b(gh[us]_[A-Za-z0-9]{36})\b"],
        GITHUB,
    )
    .severity(Severity::Critical)
    .judge(judge::base62_checksum),
    R::vendor(
        "github-refresh-token",
        "GitHub refresh token",
        &[r"\b(ghr_[A-Za-z0-9]{36,76})\b"],
        GITHUB,
    )
    .severity(Severity::Critical),
    R::vendor(
        "gitlab-personal-access-token",
        "GitLab personal access token",
        &[r"\b(glpat-[A-Za-z0-9_-]{20,64}(?:\.[0-9a-z]{2}\.[0-9a-z]{7,9})?)"],
        GITLAB,
    )
    .severity(Severity::Critical),
    R::vendor(
        "gitlab-runner-token",
        "GitLab runner token",
        &[
            r"\b(glrt-[A-Za-z0-9_.-]{20,64})",
            r"\b(GR1348941[A-Za-z0-9_-]{20})",
        ],
        GITLAB,
    ),
    R::vendor(
        "gitlab-token",
        "GitLab deploy, trigger, feed, agent or other token",
        &[r"\b(gl(?:dt|ptt|oas|ft|imt|agent|cbt|soat|ffct|rtr)-[A-Za-z0-9_.-]{20,100})"],
        GITLAB,
    )
    .judge(judge::random),
    R::vendor(
        "bitbucket-token",
        "Bitbucket app password or access token",
        &[
            r"\b(ATBB[A-Za-z0-9]{28,36})\b",
            r"\b(ATCTT3[A-Za-z0-9_=-]{100,300})",
        ],
        "https://support.atlassian.com/bitbucket-cloud/docs/access-tokens/",
    ),
    R::vendor(
        "atlassian-api-token",
        "Atlassian API token",
        &[r"\b(ATATT3[A-Za-z0-9_=-]{100,300})"],
        "https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/",
    ),
    R::vendor(
        "npm-access-token",
        "npm access token",
        &[r"\b(npm_[A-Za-z0-9]{36})\b"],
        "https://docs.npmjs.com/about-access-tokens",
    )
    .severity(Severity::Critical)
    .judge(judge::base62_checksum),
    R::vendor(
        "npm-registry-auth",
        "Password of a package registry in .npmrc",
        &[r#"(?:_authToken|_auth|_password)[ \t]{0,2}=[ \t]{0,2}"?([A-Za-z0-9_./+=-]{16,400})"#],
        "https://docs.npmjs.com/cli/configuring-npm/npmrc",
    )
    .judge(judge::random),
    R::vendor(
        "pypi-upload-token",
        "PyPI upload token",
        &[r"\b(pypi-AgE[A-Za-z0-9_-]{50,400})"],
        "https://pypi.org/help/#apitoken",
    )
    .severity(Severity::Critical),
    R::vendor(
        "rubygems-api-key",
        "RubyGems API key",
        &[r"\b(rubygems_[a-f0-9]{48})\b"],
        "https://guides.rubygems.org/api-key-scopes/",
    )
    .severity(Severity::Critical),
    R::vendor(
        "crates-io-token",
        "crates.io token",
        &[r"\b(cio[A-Za-z0-9]{32})\b"],
        "https://doc.rust-lang.org/cargo/reference/publishing.html",
    )
    .severity(Severity::Critical)
    .judge(judge::very_random),
    R::vendor(
        "nuget-api-key",
        "NuGet API key",
        &[r"\b(oy2[a-z0-9]{43})\b"],
        "https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys",
    )
    .judge(judge::random),
    R::vendor(
        "clojars-deploy-token",
        "Clojars deploy token",
        &[r"\b(CLOJARS_[a-z0-9]{60})\b"],
        "https://github.com/clojars/clojars-web/wiki/Deploy-Tokens",
    ),
    R::vendor(
        "artifactory-api-key",
        "JFrog Artifactory API key",
        &[
            r"\b(AKCp[A-Za-z0-9]{69})\b",
            r"\b(cmVmdGtu[A-Za-z0-9]{56})\b",
        ],
        "https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens",
    ),
    R::vendor(
        "sonarqube-token",
        "SonarQube token",
        &[r"\b(sq[apu]_[a-f0-9]{40})\b"],
        "https://docs.sonarsource.com/sonarqube-server/user-guide/managing-tokens/",
    ),
    R::vendor(
        "buildkite-token",
        "Buildkite token",
        &[r"\b(bk[uc]a_[a-f0-9]{40})\b"],
        "https://buildkite.com/docs/apis/managing-api-tokens",
    ),
    R::vendor(
        "netlify-token",
        "Netlify token",
        &[r"\b(nfp_[A-Za-z0-9]{36})\b"],
        "https://docs.netlify.com/api/get-started/",
    ),
];
