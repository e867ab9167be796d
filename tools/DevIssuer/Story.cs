namespace OctoLogin.DevIssuer;

/// <summary>What the person at the terminal reads.</summary>
internal static class Story
{
    private static int step;

    public static void Step(string text) => Console.WriteLine($"\n{++step}. {text}");

    public static void Detail(string text) => Console.WriteLine($"   {text.TrimEnd()}");

    public static void Checked(string text) => Console.WriteLine($"   ok: {text}");
}
