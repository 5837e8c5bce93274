using System.Text.Json.Serialization;
using Capns.Contracts.Json;

namespace Capns.Contracts.Approvals;

/// <summary>Where an approval is (platform spec 5.6).</summary>
[JsonConverter(typeof(WordEnumConverter<ApprovalStatus>))]
public enum ApprovalStatus
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>People must decide.</summary>
    Pending = 1,

    /// <summary>Enough approved.</summary>
    Approved = 2,

    /// <summary>Somebody rejected.</summary>
    Rejected = 3,

    /// <summary>Nobody decided in time.</summary>
    Expired = 4,

    /// <summary>The execution ended otherwise.</summary>
    Cancelled = 5,
}
