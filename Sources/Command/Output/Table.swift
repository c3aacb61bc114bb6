/// Rows under a head, each column as wide as its longest cell.
enum Table {
    static func lines(_ head: [String], _ rows: [[String]], _ terminal: Terminal) -> [String] {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = zip(cells, widths).dropLast().map { $0.padded(to: $1) }
            return (padded + cells.suffix(1)).joined(separator: "  ")
        }
        return [terminal.styled(line(head), .dim)] + rows.map(line)
    }
}
