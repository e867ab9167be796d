namespace OctoLogin.Variables;

/// <summary>A piece of a text with substitutions. <c>Source</c> is how it was written, which is what stays where it has no value.</summary>
public abstract record TemplatePart(string Source);

/// <summary>Plain, with its escapes already taken out.</summary>
public sealed record TextPart(string Source) : TemplatePart(Source);

public sealed record ValuePart(string Source, TemplateExpression Expression) : TemplatePart(Source);

/// <param name="Compared">Null: whether the value is truthy.</param>
public sealed record IfPart(
    string Source, TemplateExpression Value, TemplateExpression? Compared, bool Differs, IReadOnlyList<TemplatePart> Then, IReadOnlyList<TemplatePart> Else)
    : TemplatePart(Source);

public sealed record EachPart(string Source, string Name, SymbolExpression Items, IReadOnlyList<TemplatePart> Body) : TemplatePart(Source);

public abstract record TemplateExpression;

public sealed record LiteralExpression(string Text) : TemplateExpression;

/// <summary>A variable's name, in steps because an index may be another variable's value. No step: nothing, for a filter that needs no value.</summary>
public sealed record SymbolExpression(IReadOnlyList<SymbolStep> Steps) : TemplateExpression;

/// <summary><c>.Name</c>, <c>[Index]</c> or <c>[#{Symbol}]</c>.</summary>
public sealed record SymbolStep(string Text, bool IsIndex, SymbolExpression? Symbol = null);

public sealed record FilterExpression(TemplateExpression Argument, string Name, IReadOnlyList<TemplateExpression> Options) : TemplateExpression;
