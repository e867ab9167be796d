namespace OctoLogin.Http;

public static class Latency
{
    /// <summary>Bounds of the buckets of every histogram of durations, in seconds: from what an answer from memory takes to what nobody waits for.</summary>
    public static readonly double[] Buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
}
