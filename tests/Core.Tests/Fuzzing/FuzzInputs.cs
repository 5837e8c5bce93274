using System.Text;

namespace Capns.Core.Tests.Fuzzing;

/// <summary>Texts to try parsers with: the same ones for the same seed.</summary>
public sealed class FuzzInputs(int seed)
{
    /// <summary>One in so many inputs is huge or deep.</summary>
    public const int OneHugeIn = 1000;

    private const string Definition =
        """
        {"urn":"cap:in=\"media:bytes;pdf\";op=thumb;out=media:image","title":"T","command":"c","cap_description":null,
        "metadata":{"a":"b"},"media_specs":[{"urn":"media:x","media_type":"text/plain","title":"X","extensions":["x"],
        "schema":{"type":"string","pattern":"^a+$"},"validation":{"min":1,"max_length":9,"allowed_values":["a"]}}],
        "args":[{"media_urn":"media:textable;form=scalar","required":true,"sources":[{"stdin":"media:bytes"},{"position":0},{"cli_flag":"--x"}],
        "default_value":1.5}],"output":{"media_urn":"media:image","output_description":"o"},"registered_by":{"username":"u","registered_at":"t"}}
        """;

    private static readonly string[] Seeds =
    [
        "cap:in=\"media:pdf;bytes\";op=generate_thumbnail;out=\"media:image;png;bytes;thumbnail\"", "cap:in;op=x;out", "cap:ext=pdf;op=thumb",
        "cap:in=\"media:a=\\\"Q;\\\\ q\\\";b\";out=media:", "CAP:IN=*;Out=media:Void;K=?;L=!;", "media:form=map;textable", "media:", "media:ext=\"Ünï\";x",
        "t:a=1;b;c=\"x y\";d=?", "t::x=1", "p:;;a=1;;", "t:\U00010428=\U0001D400;ⓐ", "{\"urn\":\"media:x\",\"media_type\":\"a/b\",\"title\":\"t\"}",
        Definition,
        "{\"name\":\"n\",\"version\":\"1\",\"description\":\"d\",\"caps\":[{\"urn\":\"cap:in;op=x;out\",\"title\":\"t\",\"command\":\"c\"}]}", "\"cap:in;out\"",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/x\"}},\"$defs\":{\"x\":{\"type\":[\"string\",\"null\"],\"pattern\":\"(a|b)*\\\\d\"}},\"required\":[\"a\"]}",
        "1.2.3-rc.1+b", ">=1.2.0 <2.0.0 || ~3.1", "^1.0.0-alpha.7", "1.x", "*",
    ];

    private static readonly string[] Pieces =
    [
        ";", "=", "\"", "\\", ":", "*", "?", "!", " ", "\t", "\0", "in", "out=", "cap:", "media:", "9", "A", "é", "\u0345", "\uD83D", "\uDE00", "\U0001F600", "\u2028",
        "{", "}", "[", "]", ",", "null", "true", "-1", "1e999", "\"\"", "\\u0000", "\\ud800", "\"urn\":", "\"$ref\":\"#\"", "(", ")+", "99999999999999999999", "\uFEFF",
    ];

    private readonly Random _random = new(seed);
    private int _count;

    /// <summary>The next text: random, mutated, or now and then huge or deep.</summary>
    public string Next() => ++_count % OneHugeIn == 0 ? Huge() : _random.Next(10) switch
    {
        0 => RandomUnits(_random.Next(40), 0x10000),
        1 => RandomUnits(_random.Next(60), 0x80),
        2 => string.Concat(Enumerable.Range(0, _random.Next(20)).Select(_ => Pick(Pieces))),
        _ => Mutate(Pick(Seeds)),
    };

    private string Mutate(string text)
    {
        var changed = new StringBuilder(text);
        for (var changes = _random.Next(5); changes > 0; changes--)
        {
            var at = _random.Next(changed.Length + 1);
            var length = Math.Min(_random.Next(6), changed.Length - at);
            _ = _random.Next(4) switch
            {
                0 => changed.Remove(at, length),
                1 => changed.Insert(at, Pick(Pieces)),
                2 => changed.Insert(at, changed.ToString(at, length)),
                _ => changed.Remove(at, length).Insert(at, RandomUnits(length, _random.Next(2) == 0 ? 0x80 : 0x10000)),
            };
        }

        return changed.ToString();
    }

    private string Huge()
    {
        var size = _random.Next(1_000, 60_000);
        return _random.Next(15) switch
        {
            0 => "cap:in;out;" + string.Join(';', Enumerable.Range(0, size / 8).Select(i => $"k{i}")),
            1 => "cap:in;out;" + string.Join(';', Enumerable.Range(0, size / 8).Select(i => $"k{i}")) + ";K7",
            2 => "t:a=\"" + string.Concat(Enumerable.Repeat("\\\"\\\\", size / 4)) + "\"",
            3 => "cap:in=\"media:" + string.Join(';', Enumerable.Range(0, size / 8).Select(i => $"m{i}")) + "\";out",
            4 => new string('a', size) + ":" + new string('B', size),
            5 => "t:" + new string(';', size) + "=",
            6 => RandomUnits(size, 0x10000),
            7 => "{\"urn\":" + new string('[', size),
            8 => string.Concat(Enumerable.Repeat("{\"properties\":{\"a\":", size / 20)) + "{}" + new string('}', size / 20 * 2),
            9 => "{\"pattern\":\"" + new string('(', size / 2) + new string(')', size / 2) + "\"}",
            12 => "{\"pattern\":\"" + ManyDifferent(size) + "\"}",
            13 => ManyDifferent(size),
            14 => string.Concat(Enumerable.Repeat("[a-", size)) + "[b]" + new string(']', size),
            10 => string.Join(" || ", Enumerable.Repeat("^1.2.3", size / 10)) + "." + new string('9', size),
            _ => "{\"urn\":\"cap:in;out\",\"title\":\"t\",\"command\":\"c\",\"args\":["
                + string.Join(',', Enumerable.Repeat("{\"media_urn\":\"media:\",\"required\":true,\"sources\":[{\"position\":0}]}", size / 70)) + "]}",
        };
    }

    /// <summary>Letters that all differ: what regular expressions without backtracking have the largest tables of.</summary>
    private static string ManyDifferent(int size) =>
        string.Concat(Enumerable.Range(0, Math.Min(size, 4000)).Select(i => (char)(0x4E00 + (2 * i))));

    private string RandomUnits(int length, int below) => string.Create(length, (_random, below), static (text, state) =>
    {
        foreach (ref var unit in text)
        {
            unit = (char)state._random.Next(state.below);
        }
    });

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
