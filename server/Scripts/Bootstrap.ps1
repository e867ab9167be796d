# The functions that scripts know from Octopus, in PowerShell.
$ErrorActionPreference = 'Stop'
$OctopusParameters = New-Object 'System.Collections.Generic.Dictionary[string,string]' ([System.StringComparer]::OrdinalIgnoreCase)

function Convert-ServiceMessageValue([string]$value) { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($value)) }

function Decode-ServiceMessageValue([string]$value) { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($value)) }

function Set-OctopusVariable([string]$name, [string]$value, [switch]$sensitive) {
    $message = "##octopus[setVariable name='$(Convert-ServiceMessageValue $name)' value='$(Convert-ServiceMessageValue $value)'"
    if ($sensitive) {
        $message += " sensitive='VHJ1ZQ=='"
        [Console]::Error.WriteLine("##octopus[mask value='$(Convert-ServiceMessageValue $value)']")
    }
    [Console]::Out.WriteLine("$message]")
}

function Write-OctopusLevel([string]$level, [string]$message) {
    [Console]::Out.WriteLine("##octopus[stdout-$level]`n$message`n##octopus[stdout-default]")
}

function Write-Verbose([Parameter(ValueFromPipeline = $true)][string]$message) { process { Write-OctopusLevel verbose $message } }

function Write-Highlight([Parameter(ValueFromPipeline = $true)][string]$message) { process { Write-OctopusLevel highlight $message } }

function Write-Wait([Parameter(ValueFromPipeline = $true)][string]$message) { process { Write-OctopusLevel wait $message } }

function Write-Warning([Parameter(ValueFromPipeline = $true)][string]$message) { process { Write-OctopusLevel warning $message } }

function Update-Progress([int]$percentage, [string]$message) {
    [Console]::Out.WriteLine("##octopus[progress percentage='$(Convert-ServiceMessageValue $percentage)' message='$(Convert-ServiceMessageValue $message)']")
}

function Fail-Step([string]$message) {
    if ($message) { [Console]::Out.WriteLine("##octopus[resultMessage message='$(Convert-ServiceMessageValue $message)']") }
    exit 1
}

function New-OctopusArtifact([string]$path, [string]$name) {
    $file = Get-Item -LiteralPath $path
    if (-not $name) { $name = $file.Name }
    [Console]::Out.WriteLine("##octopus[createArtifact path='$(Convert-ServiceMessageValue $file.FullName)' name='$(Convert-ServiceMessageValue $name)' length='$(Convert-ServiceMessageValue $file.Length)']")
}
