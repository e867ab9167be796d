using System.Text;

namespace OctoLogin.Variables;

/// <summary>Makes parts of a text. A tag that is not one, and a block that does not end, stay text.</summary>
public sealed class TemplateReader
{
    private const int MostBlocks = 30;

    private readonly Stack<Block> open = new();
    private readonly StringBuilder plain = new();

    private TemplateReader() => open.Push(new Block("", null));

    /// <param name="work">Told how many characters were looked at.</param>
    public static IReadOnlyList<TemplatePart> Read(string text, Action<int> work)
    {
        var reader = new TemplateReader();
        reader.ReadAll(text, work);
        return reader.Finish();
    }

    private void ReadAll(string text, Action<int> work)
    {
        work(text.Length);
        var tags = new TemplateTags(text, work);
        for (var at = 0; at < text.Length;)
        {
            var rest = text.AsSpan(at);
            var hash = rest.IndexOf('#');
            if (hash != 0)
            {
                plain.Append(hash < 0 ? rest : rest[..hash]);
                at += hash < 0 ? rest.Length : hash;
            }
            else if (rest.StartsWith("###{") || rest.StartsWith("##{"))
            {
                // ##{ is a plain #{; before it one more # is only itself, and ###{Name} so a # before a value.
                var more = rest.StartsWith("###{");
                plain.Append(more ? "#" : "#{");
                at += more ? 2 : 3;
            }
            else if (rest.StartsWith("#{") && tags.Read(at) is { } found)
            {
                Add(found.Tag, text[at..found.End]);
                at = found.End;
            }
            else
            {
                // With the character after it, as in Octostache: of #### each second one begins anew.
                var length = rest.StartsWith("#{") ? 2 : Math.Min(2, rest.Length);
                plain.Append(rest[..length]);
                at += length;
            }
        }
    }

    private void Add(TemplateTag tag, string source)
    {
        FlushText();
        var top = open.Peek();
        switch (tag)
        {
            case ValueTag value:
                top.Parts.Add(new ValuePart(source, value.Expression));
                break;
            case IfTag or EachTag when open.Count <= MostBlocks:
                open.Push(new Block(source, tag));
                break;
            case EndTag { Written: "#{else}" } when top.Tag is IfTag && top.ElseSource is null:
                top.ElseSource = source;
                break;
            case EndTag end when end.Written == top.EndsWith:
                open.Pop();
                open.Peek().Parts.Add(top.Close());
                break;
            default:
                top.Parts.Add(new TextPart(source));
                break;
        }
    }

    private List<TemplatePart> Finish()
    {
        FlushText();
        while (open.Count > 1)
        {
            var unfinished = open.Pop();
            open.Peek().Parts.AddRange(unfinished.AsText());
        }
        return open.Peek().Parts;
    }

    private void FlushText()
    {
        if (plain.Length > 0)
        {
            open.Peek().Parts.Add(new TextPart(plain.ToString()));
            plain.Clear();
        }
    }

    private sealed class Block(string source, TemplateTag? tag)
    {
        private readonly List<TemplatePart> first = [];
        private readonly List<TemplatePart> second = [];

        public TemplateTag? Tag => tag;
        public string? ElseSource { get; set; }
        public List<TemplatePart> Parts => ElseSource is null ? first : second;
        public string? EndsWith => tag switch { IfTag { IsUnless: true } => "#{/unless}", IfTag => "#{/if}", EachTag => "#{/each}", _ => null };

        public TemplatePart Close() => tag switch
        {
            IfTag condition => condition.IsUnless
                ? new IfPart(source, condition.Value, condition.Compared, condition.Differs, second, first)
                : new IfPart(source, condition.Value, condition.Compared, condition.Differs, first, second),
            EachTag each => new EachPart(source, each.Name, each.Items, first),
            _ => throw new InvalidOperationException("Only a block ends."),
        };

        public IEnumerable<TemplatePart> AsText() =>
            [new TextPart(source), .. first, .. ElseSource is null ? Array.Empty<TemplatePart>() : [new TextPart(ElseSource)], .. second];
    }
}
