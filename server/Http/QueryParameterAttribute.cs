namespace OctoLogin.Http;

/// <summary>For the API's description: what a type that binds itself (<c>BindAsync</c>) reads from the query.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class QueryParameterAttribute(string name, string description, Type? type = null) : Attribute
{
    public string Name { get; } = name;
    public string Description { get; } = description;
    public Type Type { get; } = type ?? typeof(string);
}
