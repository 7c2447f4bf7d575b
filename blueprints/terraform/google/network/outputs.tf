output "network_id" {
  description = "The ID of the network. It is known when services of Google can be made in it."
  value       = google_compute_network.this.id
  depends_on  = [google_service_networking_connection.services]
}

output "network_name" {
  description = "The name of the network."
  value       = google_compute_network.this.name
}

output "subnets" {
  description = "The subnets by the names that they have in `subnets`: ID, region and the names of the secondary ranges."
  value = {
    for name, subnet in google_compute_subnetwork.this : name => {
      id               = subnet.id
      region           = subnet.region
      secondary_ranges = [for range in subnet.secondary_ip_range : range.range_name]
    }
  }
}
