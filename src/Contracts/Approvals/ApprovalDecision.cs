using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Approvals;

/// <summary>What one approver decides (platform spec 3.23).</summary>
[JsonConverter(typeof(WordEnumConverter<ApprovalDecision>))]
public enum ApprovalDecision
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Let it run.</summary>
    Approve = 1,

    /// <summary>Do not let it run.</summary>
    Reject = 2,
}
