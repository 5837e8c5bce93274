using System.Text.Json;
using Capns.Contracts.Audit;
using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Audit.Alerts;

/// <summary>Reads a rule from a request's body; notes everything that is wrong with it.</summary>
internal static class AlertRuleReader
{
    private const int MaxName = 128;
    private const int MaxUrl = 2048;

    /// <summary>The rule, or null with <paramref name="errors"/>.</summary>
    public static AlertRule? Read(JsonElement body, Guid id, bool privateWebhooks, out IReadOnlyList<FieldError> errors)
    {
        var noted = new List<FieldError>();
        errors = noted;
        if (body.ValueKind != JsonValueKind.Object)
        {
            noted.Add(new FieldError("", "type", "The rule must be an object."));
            return null;
        }

        if (StorableJson.CheckReadable(body) is { } unreadable)
        {
            noted.Add(unreadable);
            return null;
        }

        var fields = new JsonFields(body, "", noted);
        fields.Require("name", "the rule's name, 1 to 128 characters");
        fields.Require("match", "which entries count");
        var rule = new AlertRule
        {
            Id = id,
            Name = fields.Text("name", MaxName) ?? "",
            Enabled = fields.Flag("enabled") ?? true,
            Condition = new AlertCondition
            {
                Match = Match(fields),
                Threshold = fields.Integer("threshold", 1, 10_000) ?? 1,
                WindowSeconds = fields.Integer("windowSeconds", 1, 86_400, "seconds") ?? 60,
                Severity = fields.Enumeration<AlertSeverity>("severity", "info, warning, critical") ?? AlertSeverity.Warning,
                Per = fields.Word("per", "rule", "actor", "object") ?? "rule",
                Webhook = Webhook(fields, privateWebhooks),
            },
        };
        return noted.Count == 0 ? rule : null;
    }

    private static AlertMatch Match(JsonFields fields)
    {
        if (fields.Fields("match") is not { } match)
        {
            return new AlertMatch();
        }

        var read = new AlertMatch
        {
            Action = match.Text("action", AuditIntake.MaxText),
            Outcome = match.Word("outcome", "ok", "denied", "failed"),
            Level = match.Word("level", "safe", "moderate", "restricted", "dangerous"),
            Object = match.Text("object", AuditIntake.MaxText),
            Code = match.Text("code", AuditIntake.MaxText),
        };
        if (read == new AlertMatch() && match.Errors.Count == 0)
        {
            fields.Note("match", "minProperties", "must name at least one of action, outcome, level, object, code");
        }

        return read;
    }

    private static Uri? Webhook(JsonFields fields, bool privateWebhooks)
    {
        if (fields.Any("webhook") is not { } given)
        {
            return null;
        }

        var text = given.ValueKind == JsonValueKind.Object ? fields.Fields("webhook")!.Text("url", MaxUrl) : fields.Text("webhook", MaxUrl);
        if (text is null)
        {
            fields.Note("webhook", "format", "must be a URL, or an object with one as url");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            fields.Note("webhook", "format", $"must be an http or https URL without login and fragment; it is {Preview.Of(text)}");
            return null;
        }

        if (!privateWebhooks && WebhookAddress.IsPrivateName(url))
        {
            fields.Note("webhook", "address", $"must not lead to a private network (ALERT_WEBHOOK_PRIVATE=true allows it); it is {Preview.Of(text)}");
            return null;
        }

        return url;
    }
}
