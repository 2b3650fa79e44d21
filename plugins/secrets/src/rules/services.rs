//! Services that are sold by the call.

use merlon_sdk::Severity;

use super::SecretRule as R;
use crate::judge;

const SLACK: &str = "https://docs.slack.dev/authentication/tokens";

/// The rules of this file.
pub const RULES: &[R] = &[
    R::vendor(
        "slack-token",
        "Slack token",
        &[
            r"\b(xox[abeoprs]-[0-9A-Za-z-]{10,250})",
            r"\b(xapp-[0-9]-[A-Z0-9]{8,14}-[0-9]{8,16}-[a-z0-9]{40,80})",
        ],
        SLACK,
    )
    .judge(judge::random),
    R::vendor(
        "slack-webhook",
        "Slack webhook",
        &[r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/_-]{30,100})"],
        "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    )
    .severity(Severity::Medium),
    R::vendor(
        "stripe-key",
        "Stripe live key",
        &[r"\b([sr]k_live_[A-Za-z0-9]{10,99})\b"],
        "https://docs.stripe.com/keys",
    )
    .severity(Severity::Critical),
    R::vendor(
        "stripe-test-key",
        "Stripe test key",
        &[r"\b([sr]k_test_[A-Za-z0-9]{10,99})\b"],
        "https://docs.stripe.com/keys",
    )
    .severity(Severity::Low),
    R::vendor(
        "stripe-webhook-secret",
        "Stripe webhook secret",
        &[r"\b(whsec_[A-Za-z0-9+/=]{32,64})"],
        "https://docs.stripe.com/webhooks",
    ),
    R::vendor(
        "square-token",
        "Square token",
        &[r"\b(sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43})"],
        "https://developer.squareup.com/docs/build-basics/access-tokens",
    ),
    R::vendor(
        "shopify-token",
        "Shopify token",
        &[r"\b(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32})\b"],
        "https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens",
    ),
    R::vendor(
        "twilio-key",
        "Twilio key",
        &[
            r"(?i:twilio)[^\n]{0,60}\b(SK[0-9a-f]{32})\b",
            r#"(?i:twilio)[\w .'"-]{0,30}(?:=>|[:=])[ \t"']{0,4}([0-9a-f]{32})\b"#,
            r"\b(SK[0-9a-f]{32})\b",
        ],
        "https://www.twilio.com/docs/iam/api-keys",
    )
    .judge(judge::random),
    R::vendor(
        "sendgrid-key",
        "SendGrid key",
        &[r"\b(SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64})"],
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    )
    .judge(judge::random),
    R::vendor(
        "mailgun-key",
        "Mailgun key",
        &[
            r"\b(key-[a-f0-9]{32})\b",
            r#"(?i:mailgun)[\w .'"-]{0,30}(?:=>|[:=])[ \t"']{0,4}([a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8})\b"#,
        ],
        "https://documentation.mailgun.com/docs/mailgun/user-manual/get-started/",
    ),
    R::vendor(
        "mailchimp-key",
        "Mailchimp key",
        &[r"\b([a-f0-9]{32}-us[0-9]{1,2})\b"],
        "https://mailchimp.com/help/about-api-keys/",
    ),
    R::vendor(
        "brevo-key",
        "Brevo key",
        &[r"\b(xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16})\b"],
        "https://developers.brevo.com/docs/getting-started",
    ),
    R::vendor(
        "telegram-bot-token",
        "Telegram bot token",
        &[r"\b([0-9]{8,10}:AA[A-Za-z0-9_-]{33})(?:[^A-Za-z0-9_-]|$)"],
        "https://core.telegram.org/bots/features#botfather",
    ),
    R::vendor(
        "discord-bot-token",
        "Discord bot token",
        &[r"(?i:discord)[^\n]{0,60}\b([MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38})"],
        "https://discord.com/developers/docs/reference#authentication",
    )
    .judge(judge::random),
    R::vendor(
        "discord-webhook",
        "Discord webhook",
        &[r"discord(?:app)?\.com/api/webhooks/([0-9]{17,20}/[A-Za-z0-9_-]{60,90})"],
        "https://discord.com/developers/docs/resources/webhook",
    )
    .severity(Severity::Medium),
    R::vendor(
        "linear-key",
        "Linear key",
        &[r"\b(lin_(?:api|oauth)_[A-Za-z0-9]{40,64})\b"],
        "https://linear.app/developers/graphql",
    ),
    R::vendor(
        "notion-token",
        "Notion token",
        &[r"\b(ntn_[0-9]{11}[A-Za-z0-9]{35})\b", r"\b(secret_[A-Za-z0-9]{43})\b"],
        "https://developers.notion.com/docs/authorization",
    )
    .judge(judge::random),
    R::vendor(
        "openai-key",
        "OpenAI key",
        &[
            r"\b(sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,200})",
            r"\b(sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})\b",
        ],
        "https://platform.openai.com/docs/api-reference/authentication",
    )
    .judge(judge::random),
    R::vendor(
        "anthropic-key",
        "Anthropic key",
        &[r"\b(sk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{60,120})"],
        "https://docs.anthropic.com/en/api/getting-started",
    ),
    R::vendor(
        "huggingface-token",
        "Hugging Face token",
        &[r"\b(hf_[A-Za-z0-9]{34})\b", r"\b(api_org_[A-Za-z0-9]{34})\b"],
        "https://huggingface.co/docs/hub/security-tokens",
    ),
    R::vendor(
        "groq-key",
        "Groq key",
        &[r"\b(gsk_[A-Za-z0-9]{52})\b"],
        "https://console.groq.com/docs/quickstart",
    ),
    R::vendor(
        "replicate-token",
        "Replicate token",
        &[r"\b(r8_[A-Za-z0-9]{37})\b"],
        "https://replicate.com/docs/topics/security/api-tokens",
    ),
    R::vendor(
        "perplexity-key",
        "Perplexity key",
        &[r"\b(pplx-[A-Za-z0-9]{48,56})\b"],
        "https://docs.perplexity.ai/guides/api-key-management",
    ),
    R::vendor(
        "airtable-token",
        "Airtable token",
        &[r"\b(pat[A-Za-z0-9]{14}\.[a-f0-9]{64})\b"],
        "https://support.airtable.com/docs/creating-personal-access-tokens",
    ),
    R::vendor(
        "postman-key",
        "Postman key",
        &[r"\b(PMAK-[a-f0-9]{24}-[a-f0-9]{34})\b"],
        "https://learning.postman.com/docs/developer/postman-api/authentication/",
    ),
    R::vendor(
        "figma-token",
        "Figma token",
        &[r"\b(fig[dou][a-z]?_[A-Za-z0-9_-]{40,60})"],
        "https://www.figma.com/developers/api#access-tokens",
    ),
    R::vendor(
        "hubspot-token",
        "HubSpot private app token",
        &[r"\b(pat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b"],
        "https://developers.hubspot.com/docs/guides/apps/private-apps/overview",
    ),
    R::vendor(
        "facebook-access-token",
        "Facebook access token",
        &[r"\b(EAA[MC][A-Za-z0-9]{100,300})\b"],
        "https://developers.facebook.com/docs/facebook-login/guides/access-tokens/",
    )
    .judge(judge::very_random),
    R::vendor(
        "duffel-token",
        "Duffel token",
        &[r"\b(duffel_(?:live|test)_[A-Za-z0-9_-]{43})"],
        "https://duffel.com/docs/api/overview/response-handling",
    )
    .severity(Severity::Medium),
];
