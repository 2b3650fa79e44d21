//! Cloud providers.

use merlon_sdk::Severity;

use super::SecretRule as R;
use crate::judge;

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "aws-access-key-id",
        "AWS access key id",
        &[r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})\b"],
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    )
    .severity(Severity::Critical),
    R::vendor(
        "aws-secret-access-key",
        "AWS secret access key",
        &[r#"(?i:secret_?access_?key|aws_?secret_?key|secret_?key|aws_?secret)["'\]]{0,2}[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#],
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    )
    .severity(Severity::Critical)
    .judge(judge::very_random),
    R::vendor(
        "aws-mws-token",
        "Amazon Marketplace token",
        &[r"(amzn\.mws\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"],
        "https://developer-docs.amazon.com/sp-api/docs/rotating-your-apps-lwa-credentials",
    ),
    R::vendor(
        "gcp-api-key",
        "Google API key",
        &[r"\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)"],
        "https://cloud.google.com/docs/authentication/api-keys",
    ),
    R::vendor(
        "gcp-service-account-key",
        "Google service account key",
        &[r#""private_key"\s{0,4}:\s{0,4}"-----BEGIN PRIVATE KEY-----(?:\\n)?([A-Za-z0-9+/=\\]{64,400})"#],
        "https://cloud.google.com/iam/docs/keys-create-delete",
    )
    .severity(Severity::Critical)
    .judge(judge::private_key),
    R::vendor(
        "gcp-oauth-client-secret",
        "Google OAuth client secret",
        &[r"\b(GOCSPX-[A-Za-z0-9_-]{28})"],
        "https://support.google.com/cloud/answer/15549257",
    ),
    R::vendor(
        "azure-storage-key",
        "Azure storage account key",
        &[r"(?i:AccountKey|storage_?account_?key)[ \t]{0,4}[=:][ \t]{0,4}([A-Za-z0-9+/]{86}==)"],
        "https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage",
    )
    .severity(Severity::Critical)
    .judge(judge::random),
    R::vendor(
        "azure-shared-access-key",
        "Azure Service Bus, Event Hubs or IoT Hub key",
        &[r"SharedAccessKey=([A-Za-z0-9+/]{43}=)"],
        "https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas",
    )
    .judge(judge::random),
    R::vendor(
        "azure-ad-client-secret",
        "Microsoft Entra client secret",
        &[r#"(?i:secret|password|credential)[\w.-]{0,20}["' ]{0,3}[:=][\s"']{0,4}([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})"#],
        "https://learn.microsoft.com/entra/identity-platform/how-to-add-credentials",
    )
    .severity(Severity::Critical)
    .judge(judge::random),
    R::vendor(
        "azure-sas-token",
        "Azure shared access signature",
        &[r"[?&;]sig=([A-Za-z0-9%+/]{40,70}(?:%3[dD]|=))"],
        "https://learn.microsoft.com/azure/storage/common/storage-sas-overview",
    )
    .judge(judge::random),
    R::vendor(
        "alibaba-access-key-id",
        "Alibaba Cloud access key id",
        &[r"\b(LTAI[A-Za-z0-9]{12,24})\b"],
        "https://www.alibabacloud.com/help/en/ram/user-guide/create-an-accesskey-pair",
    )
    .judge(judge::random),
    R::vendor(
        "digitalocean-token",
        "DigitalOcean token",
        &[r"\b(do[opr]_v1_[a-f0-9]{64})\b"],
        "https://docs.digitalocean.com/reference/api/create-personal-access-token/",
    )
    .severity(Severity::Critical),
    R::vendor(
        "heroku-api-key",
        "Heroku API key",
        &[
            r"\b(HRKU-[A-Za-z0-9_-]{36,64})",
            r#"(?i:heroku)[\w .'"-]{0,20}(?:=>|[:=])[ \t"']{0,4}([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})"#,
        ],
        "https://devcenter.heroku.com/articles/authentication",
    ),
    R::vendor(
        "cloudflare-origin-ca-key",
        "Cloudflare origin CA key",
        &[r"\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})\b"],
        "https://developers.cloudflare.com/fundamentals/api/get-started/ca-keys/",
    ),
    R::vendor(
        "flyio-token",
        "Fly.io token",
        &[r"\b(fm[12][ar]?_[A-Za-z0-9+/=,_-]{100,400})"],
        "https://fly.io/docs/security/tokens/",
    ),
];
