# One queue for each printer of the list. Queues of this script carry its mark as the name of their port; others are left alone.
$mark = 'tf-'
$wanted = @($Printers.PSObject.Properties)
foreach ($entry in $wanted) {
  $printer = $entry.Value
  $portName = "$mark$($printer.protocol)-$($printer.address)"
  if ($printer.protocol -eq 'lpr') { $portName = "$portName-$($printer.lpr_queue)" }
  if (-not (Get-PrinterPort -Name $portName -ErrorAction SilentlyContinue)) {
    if ($printer.protocol -eq 'raw') { Add-PrinterPort -Name $portName -PrinterHostAddress $printer.address -PortNumber 9100 }
    else { Add-PrinterPort -Name $portName -LprHostAddress $printer.address -LprQueueName $printer.lpr_queue -LprByteCounting }
  }
  if (-not (Get-PrinterDriver -Name $printer.driver -ErrorAction SilentlyContinue)) { Add-PrinterDriver -Name $printer.driver }
  $settings = @{ Name = $entry.Name; DriverName = $printer.driver; PortName = $portName; Location = $printer.location; Comment = $printer.comment }
  if (Get-Printer -Name $entry.Name -ErrorAction SilentlyContinue) { Set-Printer @settings -Shared $true -ShareName $entry.Name }
  else { Add-Printer @settings -Shared -ShareName $entry.Name }
}
$names = @($wanted | ForEach-Object { $_.Name })
Get-Printer | Where-Object { $_.PortName -like "$mark*" -and $names -notcontains $_.Name } | Remove-Printer
