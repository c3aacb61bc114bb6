extension Schema {
    /// What an authority may certify beside what it was made for.
    static let version2SQLite = """
        CREATE TABLE permission (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL CHECK (kind IN ('dns', 'ip', 'mail')),
            name TEXT NOT NULL CHECK (length(name) > 0 AND instr(name, char(0)) = 0),
            permitted_at INTEGER NOT NULL
        ) STRICT;
        CREATE TRIGGER permission_once BEFORE INSERT ON permission
            WHEN EXISTS (SELECT 1 FROM permission WHERE id = NEW.id OR (kind = NEW.kind AND name = NEW.name))
            BEGIN SELECT RAISE(ABORT, 'a permission is given once'); END;
        CREATE TRIGGER permission_kept BEFORE DELETE ON permission
            BEGIN SELECT RAISE(ABORT, 'a permission is never deleted'); END;
        CREATE TRIGGER permission_fixed BEFORE UPDATE ON permission
            BEGIN SELECT RAISE(ABORT, 'a permission is never changed'); END;
        """
}
