output "vpc_id" {
  description = "The ID of the VPC."
  value       = aws_vpc.this.id
}

output "cidr_block" {
  description = "The range of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "private_subnet_ids" {
  description = "The IDs of the private subnets, by zone. They are known when the routes are there."
  value       = { for zone, subnet in aws_subnet.private : zone => subnet.id }
  depends_on  = [aws_route_table_association.private, aws_route.private]
}

output "data_subnet_ids" {
  description = "The IDs of the subnets for databases, by zone."
  value       = { for zone, subnet in aws_subnet.data : zone => subnet.id }
}

output "public_subnet_ids" {
  description = "The IDs of the public subnets, by zone; empty without them."
  value       = { for zone, subnet in aws_subnet.public : zone => subnet.id }
}

output "nat_public_ips" {
  description = "The addresses that everything that goes out comes from."
  value       = [for address in aws_eip.nat : address.public_ip]
}
