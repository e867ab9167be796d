using System.Text;

namespace OctoLogin.Variables;

/// <summary>Writes one text with its values, and counts all that is read and written.</summary>
public sealed class TemplateRun
{
    private readonly HashSet<string> missing = [];
    private readonly TemplateValues values;
    private int work;

    public TemplateRun(SubstitutionSource source) => values = new(source, Within, Charge);

    /// <summary>As they are written.</summary>
    public IReadOnlySet<string> Missing => missing;
    public IReadOnlySet<string> Cycles => values.Cycles;
    public IReadOnlySet<string> Used => values.Used;

    public void Write(string text, StringBuilder output) => Write(TemplateReader.Read(text, Charge), output);

    private void Write(IReadOnlyList<TemplatePart> parts, StringBuilder output)
    {
        foreach (var part in parts)
        {
            // A part that writes nothing is work too.
            Charge(1);
            switch (part)
            {
                case TextPart text:
                    Put(text.Source, output);
                    break;
                case ValuePart value:
                    Put(ValueOf(value), output);
                    break;
                case IfPart condition:
                    Write(Holds(condition) ? condition.Then : condition.Else, output);
                    break;
                case EachPart each:
                    WriteEach(each, output);
                    break;
            }
        }
    }

    private void Put(string text, StringBuilder output)
    {
        Charge(text.Length);
        output.Append(text);
    }

    private string ValueOf(ValuePart part)
    {
        if (values.Calculate(part.Expression) is { } value)
        {
            return value;
        }
        // Says of itself that it writes nothing.
        if (part.Expression is FilterExpression { Name: var filter } && filter.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }
        missing.Add(part.Source);
        return part.Source;
    }

    private bool Holds(IfPart condition)
    {
        var value = values.Calculate(condition.Value) ?? "";
        return condition.Compared is null ? Substitution.IsTruthy(value) : value == (values.Calculate(condition.Compared) ?? "") != condition.Differs;
    }

    private void WriteEach(EachPart each, StringBuilder output)
    {
        var items = values.ItemsOf(each.Items);
        for (var i = 0; i < items.Count; i++)
        {
            var item = items[i] with { Name = each.Name, Index = i, IsLast = i == items.Count - 1 };
            values.Within(item, () => Write(each.Body, output));
        }
    }

    private string Within(string value)
    {
        if (!value.Contains("#{", StringComparison.Ordinal))
        {
            return value;
        }
        var output = new StringBuilder();
        Write(value, output);
        return output.ToString();
    }

    private void Charge(int characters)
    {
        work += characters;
        if (work > Substitution.MostWork)
        {
            throw new SubstitutionException($"The text with its variables is too much: more than {Substitution.MostWork} characters to read and write.");
        }
    }
}
