namespace Capns.Core.Caps.Validation;

/// <summary>What is wrong with a call, with its result or with the definition both are held against (CapNs spec 10.3).</summary>
public enum CapValidationErrorKind
{
    /// <summary>Nobody registered the capability.</summary>
    UnknownCap,

    /// <summary>An argument that has to be given is not.</summary>
    MissingRequiredArgument,

    /// <summary>The capability has no argument of this name.</summary>
    UnknownArgument,

    /// <summary>An argument is not what its media type stands for.</summary>
    InvalidArgumentType,

    /// <summary>An argument breaks a rule of its media type.</summary>
    MediaSpecValidationFailed,

    /// <summary>The result is not what its media type stands for.</summary>
    InvalidOutputType,

    /// <summary>The result breaks a rule of its media type.</summary>
    OutputMediaSpecValidationFailed,

    /// <summary>The definition itself is at fault.</summary>
    InvalidCapSchema,

    /// <summary>More positional values than positions.</summary>
    TooManyArguments,

    /// <summary>A text is not JSON.</summary>
    JsonParseError,

    /// <summary>A value does not satisfy a schema; see <see cref="JsonSchemaValidator"/>.</summary>
    SchemaValidationFailed,

    /// <summary>Nobody knows the media type of an argument or of the result.</summary>
    InvalidMediaSpec,

    /// <summary>From <see cref="JsonSchemaValidator"/>: a schema is none.</summary>
    SchemaCompilation,

    /// <summary>From <see cref="JsonSchemaValidator"/>: an argument does not satisfy its schema.</summary>
    ArgumentValidation,

    /// <summary>From <see cref="JsonSchemaValidator"/>: the result does not satisfy its schema.</summary>
    OutputValidation,

    /// <summary>From <see cref="JsonSchemaValidator"/>: nobody knows a media type.</summary>
    MediaUrnNotResolved,

    /// <summary>From <see cref="JsonSchemaValidator"/>: a value is not JSON that can be looked at.</summary>
    InvalidJson,
}
