"""What services and bodies say to each other: events, their subjects and their envelope. No personal data, ever."""
