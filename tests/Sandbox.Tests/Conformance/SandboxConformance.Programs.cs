using System.Globalization;
using System.Text;
using Capns.Runner.Worker.Sandboxing;
using Xunit;

namespace Capns.Sandbox.Tests.Conformance;

/// <summary>Programs: arguments, environment, stdin, output, exit.</summary>
public abstract partial class SandboxConformance
{
    [SandboxFact]
    public async Task Run_ProgramWrites_BothStreamsComeApart()
    {
        var output = await Succeed(Example.Script("echo out; echo err >&2"));

        Assert.Equal("out\n", output.Stdout);
        Assert.Equal("err\n", output.Stderr);
    }

    [SandboxTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(127)]
    [InlineData(255)]
    public async Task Run_ProgramExits_CodeIsKept(int code)
    {
        var (result, _) = await Run(Example.Script(string.Create(CultureInfo.InvariantCulture, $"exit {code}")));

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.Equal(code, result.ExitCode);
        Assert.Null(result.Signal);
    }

    [SandboxFact]
    public async Task Run_StdinGiven_ProgramReadsItToTheEnd()
    {
        var output = await Succeed(Example.Script("cat; echo end").WithStdin("hello\nwörld"));

        Assert.Equal("hello\nwörldend\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Run_OddBytesInArgumentsAndEnvironment_ArriveExactly()
    {
        string[] arguments = ["", " ", "a'b\"c", "$(id)`id`\\", "line\nbreak\r\ttab", "ünïcödé ☃ 𝄞", "-n", "*", "\u0001\u007f\u0081\u0088", "end "];
        var environment = new Dictionary<string, string>
        {
            ["PLAIN"] = "x",
            ["QUOTES"] = "a'b\"c\\ $HOME `id`",
            ["LINES"] = "one\ntwo\n",
            ["EMPTY"] = "",
            ["dotted.name-x"] = "ß",
            ["OPTIND"] = "not a number",
            ["IFS"] = "abc",
        };
        const string Code = "import sys, os, json; print(json.dumps([[os.fsencode(a).hex() for a in sys.argv[1:]], {k: os.fsencode(v).hex() for k, v in os.environ.items()}]))";
        var spec = Example.Spec(["/usr/bin/python3", "-I", "-c", Code, .. arguments]) with { Environment = environment };

        var output = await Succeed(spec);

        using var seen = System.Text.Json.JsonDocument.Parse(output.Stdout);
        Assert.Equal(arguments.Select(Hex), seen.RootElement[0].EnumerateArray().Select(item => item.GetString()));
        foreach (var (name, value) in environment)
        {
            Assert.Equal(Hex(value), seen.RootElement[1].GetProperty(name).GetString());
        }

        static string Hex(string text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
    }

    [SandboxFact]
    public async Task Run_NothingAsked_WorkingFolderAndHomeAreScratch()
    {
        var output = await Succeed(Example.Script("pwd; echo $HOME; touch here && ls"));

        Assert.Equal("/tmp\n/tmp\nhere\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Run_PrestartedProgram_TakesItsWorkFromStdin()
    {
        var spec = Example.Spec() with { Program = Example.Prestarted() };

        var output = await Succeed(spec.WithStdin("print(6 * 7)"));

        Assert.Equal("42\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Run_EightMegabytesOfStdin_ArriveExactly()
    {
        var stdin = new byte[8 * Example.MiB];
        new Random(1).NextBytes(stdin);
        var spec = Example.Script("sha256sum") with { Stdin = stdin };

        var output = await Succeed(spec);

        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stdin)), output.Stdout, StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task Run_StdinIsNotRead_ProgramEndsAllTheSame()
    {
        var output = await Succeed(Example.Script("echo done") with { Stdin = new byte[8 * Example.MiB] });

        Assert.Equal("done\n", output.Stdout);
    }

    [SandboxFact]
    public async Task Run_BinaryOutput_ArrivesExactly()
    {
        var bytes = new byte[5 * Example.MiB];
        new Random(2).NextBytes(bytes);

        var output = await Succeed(Example.Spec("/bin/cat") with { Stdin = bytes });

        Assert.Equal(bytes, output.StdoutBytes);
    }

    [SandboxFact]
    public async Task Run_ProgramOpensItsStreamsByName_Works()
    {
        var output = await Succeed(Example.Script("cat /dev/stdin > /dev/stdout; echo err > /dev/stderr; cat /dev/null").WithStdin("in"));

        Assert.Equal("in", output.Stdout);
        Assert.Equal("err\n", output.Stderr);
    }

    [SandboxFact]
    public async Task Run_ProgramIsMissing_ExitsAsAShellWould()
    {
        var (result, _) = await Run(Example.Spec("/no/such/program"));

        Assert.Equal(SandboxOutcome.Exited, result.Outcome);
        Assert.Equal(127, result.ExitCode);
    }

    [SandboxFact]
    public async Task Run_EnvironmentOfTheRun_WinsOverTheProgramsAndNothingElseIsSet()
    {
        var spec = Example.Script("env");
        var program = spec.Program with { Environment = new Dictionary<string, string> { ["A"] = "program", ["B"] = "program" } };

        var output = await Succeed(spec with { Program = program, Environment = new Dictionary<string, string> { ["B"] = "run" } });

        var names = output.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("A=program", names);
        Assert.Contains("B=run", names);
        string[] allowed = ["A", "B", "PATH", "HOME", "TMPDIR", "LANG", "PWD", "HOSTNAME", "SHLVL", "_"];
        Assert.Empty(names.Select(line => line.Split('=')[0]).Except(allowed));
    }

    [SandboxFact]
    public async Task Run_ProgramHasNoMoreFilesOpenThanItsStreams()
    {
        var output = await Succeed(Example.Python("import os; print(sorted(int(f) for f in os.listdir('/proc/self/fd'))[:-1])"));

        Assert.Equal("[0, 1, 2]\n", output.Stdout);
    }
}
