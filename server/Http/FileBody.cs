namespace OctoLogin.Http;

/// <summary>For the API's description alone: the endpoint reads one file from a <c>multipart/form-data</c> by itself.</summary>
public sealed record FileBody;
