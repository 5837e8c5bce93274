using System.Runtime.CompilerServices;
using System.Text.Json;
using Capns.Core.Json;

namespace Capns.Core.Validation;

/// <summary>One validation of one value: where it stands, what it has found, and what it may still spend.</summary>
internal sealed class Evaluation
{
    /// <summary>Most schemas inside one another while one value is checked; more only happens in circles.</summary>
    public const int MaxNesting = 1024;

    /// <summary>Most subschemas and patterns tried in one validation: schemas that multiply must not stop the process.</summary>
    public const int MaxSteps = 2_000_000;

    private readonly List<ValidationError> _errors = [];
    private readonly List<string> _path = [];
    private readonly List<SchemaResource> _scope = [];
    private int _quiet;
    private int _nesting;
    private int _steps;

    /// <summary>True once nothing further may be tried: the value is refused, whatever a <c>not</c> makes of it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>True while errors are listed: outside of anyOf, oneOf, not, if, contains.</summary>
    public bool IsListing => _quiet == 0 && !IsStopped;

    /// <summary>Checks a value against a schema.</summary>
    public static IReadOnlyList<ValidationError> Run(SchemaNode root, JsonElement instance)
    {
        if (JsonTextGuard.FindProblem(instance) is { } problem)
        {
            return [new ValidationError(string.Empty, "type", problem)];
        }

        var run = new Evaluation();
        run.Apply(root, instance, null);
        return run._errors;
    }

    /// <summary>Checks the current value against a schema.</summary>
    /// <param name="node">The schema.</param>
    /// <param name="instance">The current value.</param>
    /// <param name="outer">Gets what the schema evaluated if the value fits; null when nobody asks.</param>
    public bool Apply(SchemaNode node, JsonElement instance, Coverage? outer)
    {
        if (!TrySpend() || !TryEnter())
        {
            return false;
        }

        var scoped = _scope.Count == 0 || _scope[^1] != node.Resource;
        if (scoped)
        {
            _scope.Add(node.Resource);
        }

        var coverage = outer is not null || node.HasUnevaluated ? new Coverage() : null;
        var fits = ApplyKeywords(node, instance, coverage);
        if (fits && coverage is not null)
        {
            outer?.Add(coverage);
        }

        if (scoped)
        {
            _scope.RemoveAt(_scope.Count - 1);
        }

        _nesting--;
        return fits;
    }

    /// <summary>Checks a property of the current value.</summary>
    public bool ApplyAt(string name, SchemaNode node, JsonElement child)
    {
        _path.Add(name);
        var fits = Apply(node, child, null);
        _path.RemoveAt(_path.Count - 1);
        return fits;
    }

    /// <summary>Checks an element of the current value.</summary>
    public bool ApplyAt(int index, SchemaNode node, JsonElement child)
    {
        _path.Add(index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var fits = Apply(node, child, null);
        _path.RemoveAt(_path.Count - 1);
        return fits;
    }

    /// <summary>Checks the current value without listing what does not fit.</summary>
    public bool Tries(SchemaNode node, JsonElement instance, Coverage? outer)
    {
        _quiet++;
        var fits = Apply(node, instance, outer);
        _quiet--;
        return fits;
    }

    /// <summary>Lists an error at the current place.</summary>
    /// <returns>False, always: what a keyword then returns.</returns>
    public bool Fail(string keyword, string message)
    {
        if (IsListing)
        {
            _errors.Add(new ValidationError(CurrentPath(), keyword, message));
            IsStopped = _errors.Count >= JsonSchema.MaxErrors;
        }

        return false;
    }

    /// <summary>Lists an error at a property of the current value.</summary>
    public bool FailAt(string name, string keyword, string message)
    {
        _path.Add(name);
        Fail(keyword, message);
        _path.RemoveAt(_path.Count - 1);
        return false;
    }

    /// <summary>Ends the validation: the value is refused because it cannot be checked within bounds.</summary>
    public bool Stop(string keyword, string message)
    {
        if (!IsStopped)
        {
            _errors.Add(new ValidationError(CurrentPath(), keyword, message));
            IsStopped = true;
        }

        return false;
    }

    /// <summary>Counts one step; false when there are none left.</summary>
    public bool TrySpend() =>
        !IsStopped && (++_steps <= MaxSteps || Stop("$ref", $"must be checkable in {MaxSteps} steps; schema and value together take more"));

    /// <summary>The schema that a dynamic anchor names: the outermost one that was entered (JSON Schema core, 8.2.3.2).</summary>
    public SchemaNode ResolveDynamically(string anchor, SchemaNode otherwise)
    {
        foreach (var resource in _scope)
        {
            if (resource.DynamicAnchors.TryGetValue(anchor, out var node))
            {
                return node;
            }
        }

        return otherwise;
    }

    private bool TryEnter()
    {
        if (_nesting >= MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Stop("$ref", $"must be checkable with at most {MaxNesting} schemas inside one another; the schema may refer to itself without end");
        }

        _nesting++;
        return true;
    }

    private bool ApplyKeywords(SchemaNode node, JsonElement instance, Coverage? coverage)
    {
        var fits = true;
        foreach (var keyword in node.Keywords)
        {
            // What failed keywords left out would be listed a second time as unevaluated.
            if (keyword.IsLast && !fits)
            {
                break;
            }

            fits &= keyword.Accepts(this, instance, coverage);
            if (IsStopped || (!fits && !IsListing))
            {
                return false;
            }
        }

        return fits;
    }

    private string CurrentPath() => string.Concat(_path.Select(part => "/" + JsonPointer.Escape(part)));
}
