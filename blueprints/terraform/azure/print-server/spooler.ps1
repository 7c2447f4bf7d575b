# The print role, its disk, and what keeps others from running code in the spooler. Safe to run again.
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

Install-WindowsFeature -Name Print-Server | Out-Null

# Jobs wait on the data disk, so that a full queue does not stop Windows.
$disk = Get-Disk | Where-Object { $_.PartitionStyle -eq 'RAW' -and $_.Number -ne 0 } | Select-Object -First 1
if ($disk) {
  Initialize-Disk -Number $disk.Number -PartitionStyle GPT
  $partition = New-Partition -DiskNumber $disk.Number -UseMaximumSize -DriveLetter S
  Format-Volume -Partition $partition -FileSystem NTFS -NewFileSystemLabel spool -Confirm:$false | Out-Null
}
$changed = $false
function Set-Value($Path, $Name, $Value, $Type) {
  if (-not (Test-Path $Path)) { New-Item -Path $Path -Force | Out-Null }
  $current = (Get-ItemProperty -Path $Path -Name $Name -ErrorAction SilentlyContinue).$Name
  if ($current -eq $Value) { return }
  New-ItemProperty -Path $Path -Name $Name -Value $Value -PropertyType $Type -Force | Out-Null
  $script:changed = $true
}
if (Test-Path 'S:\') {
  # The rights of the directory that Windows has for it.
  New-Item -ItemType Directory -Path 'S:\spool' -Force | Out-Null
  Get-Acl -Path "$env:windir\System32\spool\PRINTERS" | Set-Acl -Path 'S:\spool'
  Set-Value 'HKLM:\SYSTEM\CurrentControlSet\Control\Print\Printers' 'DefaultSpoolDirectory' 'S:\spool' String
}

$policies = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Printers'
# CVE-2021-34527: drivers come from administrators alone.
Set-Value "$policies\PointAndPrint" 'RestrictDriverInstallationToAdministrators' 1 DWord
Set-Value "$policies\PointAndPrint" 'NoWarningNoElevationOnInstall' 0 DWord
Set-Value "$policies\PointAndPrint" 'UpdatePromptSettings' 0 DWord
# CVE-2021-1678: RPC of the spooler is authenticated and encrypted, over TCP instead of named pipes.
Set-Value 'HKLM:\SYSTEM\CurrentControlSet\Control\Print' 'RpcAuthnLevelPrivacyEnabled' 1 DWord
Set-Value "$policies\RPC" 'RpcProtocols' 5 DWord
Set-Value "$policies\RPC" 'ForceKerberosForRpc' 0 DWord
# Queue-specific files are limited to colour profiles.
Set-Value $policies 'CopyFilesPolicy' 1 DWord
if ($changed) { Restart-Service -Name Spooler -Force }
