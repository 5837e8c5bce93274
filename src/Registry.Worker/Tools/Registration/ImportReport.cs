using Capns.Registry.Worker.Reading;

namespace Capns.Registry.Worker.Tools.Registration;

/// <summary>What an import did, or would do.</summary>
internal sealed record ImportReport
{
    /// <summary>New tools.</summary>
    public int Created { get; private set; }

    /// <summary>New versions of tools that were there.</summary>
    public int Updated { get; private set; }

    /// <summary>Versions that were there with the same content.</summary>
    public int Skipped { get; private set; }

    /// <summary>What was refused; paths lead into the document.</summary>
    public List<FieldError> Errors { get; } = [];

    /// <summary>Counts one definition.</summary>
    public void Note(int index, PublishResult result)
    {
        switch (result.Kind)
        {
            case PublishKind.Registered:
                Created++;
                break;
            case PublishKind.VersionPublished:
                Updated++;
                break;
            case PublishKind.Unchanged:
                Skipped++;
                break;
            default:
                var errors = result.Errors.Count > 0 ? result.Errors : [new FieldError("", result.Code!.Code, result.Message!)];
                Errors.AddRange(errors.Select(error => error with { Path = $"/tools/{index}{error.Path}" }));
                break;
        }
    }
}
