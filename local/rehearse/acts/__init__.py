"""The acts of the rehearsal, in their order: each shows something on the stage and writes it into the table."""
