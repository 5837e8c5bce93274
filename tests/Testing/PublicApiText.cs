using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Capns.Testing;

/// <summary>What an assembly shows to others, one line each and sorted, so that a change of it is seen in review.</summary>
/// <remarks>Compiler-made members of records are left out: they follow from the properties.</remarks>
public static class PublicApiText
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Types by full name, each with its members below it.</summary>
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.Namespace).Append('.').Append(Name(type)).Append(Bases(type)).Append('\n');
            foreach (var line in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), null)}");
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [Method(type.GetMethod("Invoke")!)];
        }

        var fields = type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily).Select(Field);
        var properties = type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(IsShown) && !IsMadeByCompiler(property)).Select(Property);
        var methods = type.GetMethods(Declared).Where(method => IsShown(method) && !IsMadeByCompiler(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))).Select(Method);
        var constructors = type.GetConstructors(Declared).Where(constructor => IsShown(constructor) && !constructor.IsStatic && !IsCopy(constructor))
            .Select(constructor => $"new({Parameters(constructor)})");
        var events = type.GetEvents(Declared).Where(happening => IsShown(happening.AddMethod!)).Select(happening => $"event {Name(happening.EventHandlerType!)} {happening.Name}");
        return [.. fields, .. properties, .. methods, .. constructors, .. events];
    }

    private static string Field(FieldInfo field) =>
        $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {field.GetRawConstantValue()}" : "")}";

    private static string Property(PropertyInfo property)
    {
        var isRequired = property.IsDefined(typeof(RequiredMemberAttribute));
        var accessor = property.GetAccessors(nonPublic: true).First(IsShown);
        var setter = property.SetMethod is { } set && IsShown(set)
            ? set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        var index = property.GetIndexParameters() is { Length: > 0 } parameters ? $"[{string.Join(", ", parameters.Select(Parameter))}]" : "";
        var isNullable = new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        return $"{Modifiers(accessor)}{(isRequired ? "required " : "")}{Name(property.PropertyType, isNullable)} {property.Name}{index} {{ get;{setter} }}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
        var isNullable = new NullabilityInfoContext().Create(method.ReturnParameter).ReadState == NullabilityState.Nullable;
        return $"{Modifiers(method)}{Name(method.ReturnType, isNullable)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method)
    {
        var self = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return self + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var isNullable = new NullabilityInfoContext().Create(parameter).ReadState == NullabilityState.Nullable;
        var type = parameter.ParameterType;
        var passing = parameter.IsOut ? "out " : parameter.IsIn && type.IsByRef ? "in " : type.IsByRef ? "ref " : "";
        var optional = !parameter.HasDefaultValue ? "" : $" = {parameter.RawDefaultValue ?? "default"}";
        return $"{passing}{Name(type.IsByRef ? type.GetElementType()! : type, isNullable)} {parameter.Name}{optional}";
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsSubclassOf(typeof(Delegate)) ? "delegate"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static string Bases(Type type)
    {
        var parent = type.BaseType is { } found && found != typeof(object) && found != typeof(ValueType) && found != typeof(Enum) && !found.IsSubclassOf(typeof(Delegate)) && found != typeof(MulticastDelegate)
            ? [found]
            : Array.Empty<Type>();
        string[] bases = [.. parent.Concat(type.IsEnum ? [] : type.GetInterfaces().Where(known => known.IsVisible)).Select(known => Name(known)).Distinct().Order(StringComparer.Ordinal)];
        return bases.Length > 0 ? $" : {string.Join(", ", bases)}" : "";
    }

    private static string Name(Type type, bool isNullable = false)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{Name(value)}?";
        }

        var name = type.IsArray ? $"{Name(type.GetElementType()!)}[]"
            : type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name.Split('`')[0]}"
            : type.Name.Split('`')[0];
        var arguments = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(argument => Name(argument)))}>" : "";
        return name + arguments + (isNullable && !type.IsValueType ? "?" : "");
    }

    private static string Modifiers(MethodBase method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "") + (method.IsStatic ? "static " : "")
        + (method.IsAbstract ? "abstract " : method is MethodInfo { IsVirtual: true, IsFinal: false } info && info.GetBaseDefinition() == info && !info.DeclaringType!.IsSealed ? "virtual " : "");

    private static bool IsShown(MethodBase method) => method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static bool IsCopy(ConstructorInfo constructor) =>
        constructor.GetParameters() is [var only] && only.ParameterType == constructor.DeclaringType;

    private static bool IsMadeByCompiler(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) && member is MethodInfo { IsSpecialName: false } or { Name: "EqualityContract" }
        || member is MethodInfo { Name: "PrintMembers" or "<Clone>$" };
}
