namespace OctoLogin.Variables;

/// <summary>A <c>#{…}</c> as it was read, before blocks are put together.</summary>
public abstract record TemplateTag;

public sealed record ValueTag(TemplateExpression Expression) : TemplateTag;

public sealed record IfTag(TemplateExpression Value, TemplateExpression? Compared, bool Differs, bool IsUnless) : TemplateTag;

public sealed record EachTag(string Name, SymbolExpression Items) : TemplateTag;

/// <summary>As it is written: <c>#{else}</c>, <c>#{/if}</c>, <c>#{/unless}</c>, <c>#{/each}</c>.</summary>
public sealed record EndTag(string Written) : TemplateTag;
