terraform {
  required_providers {
    notes = {
      source  = "example.com/acme/notes"
      version = "~> 1.0"
    }
  }
}

resource "notes_note" "one" {
  text = "hello"
}

output "id" {
  value = notes_note.one.id
}
