"""What changes a practitioner's page and rules, a module for each subject.

Every action locks the practitioner's row first, changes what differs, and writes one row of the audit trail, which
names what changed and not what was typed. An action that changes nothing writes nothing.
"""
