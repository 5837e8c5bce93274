using System.Buffers;
using System.Text;
using System.Text.Json;
using Capns.Contracts.Json;
using Capns.Hosting.Secrets;

namespace Capns.Runner.Worker.Runs.Output;

/// <summary>The tool contract: turns what a tool writes into events without secrets and, at its end, a result (platform spec 5.5, 5.13).</summary>
/// <remarks>Pure: the same bytes give the same events, however they are chunked. Not thread-safe.</remarks>
internal sealed class ToolOutput
{
    /// <summary>Bytes of UTF-8 of a log line; beyond it is cut (platform spec 3.12).</summary>
    public const int LogLineBytes = 8 * 1024;

    private const int LastStderrBytes = 1024;
    private readonly IToolEvents _events;
    private readonly int _resultMaxBytes;
    private readonly Redactor _redactor;
    private readonly LineRedactor _stdoutLog;
    private readonly LineRedactor _stderrLog;
    private readonly LineSplitter _stdout;
    private readonly LineSplitter _stderr;
    private readonly ArrayBufferWriter<byte> _text = new();
    private bool _textIsTooLarge;
    private bool _hasText;
    private ToolResult? _result;
    private ToolError? _error;
    private string? _lastStderr;

    /// <param name="events">Gets what happens while the tool runs.</param>
    /// <param name="resultMaxBytes">Largest result (<c>RESULT_MAX_BYTES</c>).</param>
    /// <param name="redactor">Knows the secrets of the attempt. Absent: knows only what credentials look like.</param>
    public ToolOutput(IToolEvents events, int resultMaxBytes, Redactor? redactor = null)
    {
        _redactor = redactor ?? Redactor.Patterns;
        _stdoutLog = new LineRedactor(_redactor);
        _stderrLog = new LineRedactor(_redactor);
        _events = events;
        _resultMaxBytes = resultMaxBytes;

        // A result line may be as long as the largest result, all of it escaped, and some more for its other members.
        _stdout = new LineSplitter((int)Math.Min(Array.MaxLength, (6L * resultMaxBytes) + (64 * 1024)), OnStdoutLine);
        _stderr = new LineSplitter(LogLineBytes + 8, OnStderrLine);
    }

    /// <summary>Takes bytes of stdout.</summary>
    public void Stdout(ReadOnlySpan<byte> bytes) => _stdout.Write(bytes);

    /// <summary>Takes bytes of stderr.</summary>
    public void Stderr(ReadOnlySpan<byte> bytes) => _stderr.Write(bytes);

    /// <summary>Both streams have ended.</summary>
    public ToolReport Complete()
    {
        _stdout.Complete();
        _stderr.Complete();

        var result = _result?.Value ?? (_textIsTooLarge ? null : TextAsResult());
        var tooLarge = result is { } value ? ToolJson.Size(value) > _resultMaxBytes : _textIsTooLarge;
        return new ToolReport
        {
            Result = tooLarge ? null : result,
            ResultIsExplicit = _result is not null,
            ResultIsTooLarge = tooLarge,
            // These two travel in public events; the result is the registry's to judge, which knows its schema.
            Metadata = _result?.Metadata is { } metadata ? _redactor.Redact(metadata) : null,
            Error = _error is null ? null : _error with
            {
                Message = Redact(_error.Message, ControlLine.MessageBytes),
                Details = _error.Details is { } details ? _redactor.Redact(details) : null,
            },
            LastStderrLine = _lastStderr,
        };
    }

    private void OnStdoutLine(ReadOnlySpan<byte> line, bool cut)
    {
        switch (cut ? null : ControlLine.Read(line))
        {
            case ToolEvent happened:
                _events.Add(WithoutSecrets(happened));
                break;
            case ToolResult result:
                _result = result;
                _text.Clear();
                break;
            case ToolError error:
                _error = error;
                break;
            default:
                KeepText(line);
                Log("stdout", _stdoutLog, line, cut);
                break;
        }
    }

    private void OnStderrLine(ReadOnlySpan<byte> line, bool cut)
    {
        var told = Log("stderr", _stderrLog, line, cut);
        if (line.ContainsAnyExcept(" \t\r"u8))
        {
            _lastStderr = Utf8Text.Cut(told, LastStderrBytes).Text;
        }
    }

    private ToolEvent WithoutSecrets(ToolEvent happened) => happened switch
    {
        ToolProgressed told => told with
        {
            CurrentStep = told.CurrentStep is { } step ? Redact(step, ControlLine.StepBytes) : null,
            Message = told.Message is { } message ? Redact(message, ControlLine.MessageBytes) : null,
        },
        ToolGavePart part => new ToolGavePart(_redactor.Redact(part.Value)),
        _ => happened,
    };

    // A text that fills its limit may have been cut in the middle of a secret; a character has up to four bytes.
    private string Redact(string text, int maxBytes) => _redactor.Redact(text, cut: Encoding.UTF8.GetByteCount(text) > maxBytes - 4);

    private string Log(string stream, LineRedactor redactor, ReadOnlySpan<byte> line, bool cut)
    {
        var (text, cutHere) = Utf8Text.Decode(line, LogLineBytes);
        var told = Utf8Text.Cut(redactor.Next(text, cut || cutHere), LogLineBytes).Text;
        _events.Add(new ToolLogged(stream, told, cut || cutHere));
        return told;
    }

    private void KeepText(ReadOnlySpan<byte> line)
    {
        if (_result is not null || _textIsTooLarge)
        {
            return;
        }

        if (_text.WrittenCount + line.Length + 1L > _resultMaxBytes)
        {
            _textIsTooLarge = true;
            _text.Clear();
            return;
        }

        if (_hasText)
        {
            _text.Write("\n"u8);
        }

        _hasText = true;
        _text.Write(line);
    }

    private JsonElement TextAsResult() => ToolJson.TryParse(_text.WrittenSpan, out var parsed)
        ? parsed.Value
        : JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(_text.WrittenSpan), WireJson.Options);
}
